"""The command line as a person meets it: a run from end to end, and every kind of bad input."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from experiments.cli import main

TINY = [
    *("--env-steps", "640", "--warmup-steps", "64", "--report-every", "64", "--evaluate-every", "320"),
    *(
        "--evaluation-episodes",
        "2",
        "--sac.hidden",
        "8",
        "--sac.batch-size",
        "8",
        "--epsilon.decay-steps",
        "300",
    ),
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    main(["train", "hopper", "--prior", "hopper/hop", "--seed", "3", "--run-dir", str(folder), *TINY])
    return folder


def read(path):
    return json.loads(path.read_text())


def test_a_run_leaves_all_it_promises(finished):
    config, result = read(finished / "config.json"), read(finished / "result.json")
    assert config["task"] == "hopper"
    assert config["config"]["env_steps"] == 640
    assert config["config"]["sac"]["hidden"] == [8]
    assert {"python", "jax", "mujoco"} <= set(config["versions"])
    assert "git_commit" in config
    assert config["device"]["cores"] >= 1
    assert result["seed"] == 3
    assert result["env_steps"] == 640
    assert result["episodes"] == len(result["returns"]) == 20
    np.testing.assert_allclose(result["return_mean"], np.mean(result["returns"]))
    np.testing.assert_allclose(result["return_std"], np.std(result["returns"]))
    assert result["prior_return_mean"] > 2500
    assert result["prior_tuning_env_steps"] > 0
    assert result["train_seconds"] > 0

    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    assert [row["train/env_steps"] for row in rows] == list(range(128, 641, 64))
    assert rows[0]["mask/epsilon"] > rows[-1]["mask/epsilon"] == 0.0
    assert [row["train/env_steps"] for row in rows if "gymnasium/return_mean" in row] == [320, 640]

    assert Image.open(finished / "curve.png").width > 500
    assert Image.open(finished / "policy.gif").n_frames > 1
    assert (finished / "checkpoint").is_dir()


def test_the_checkpoint_judges_as_the_run_did(finished, capsys):
    main(["evaluate", str(finished)])
    result = read(finished / "result.json")
    assert f"return {result['return_mean']:,.0f} ± {result['return_std']:,.0f}" in capsys.readouterr().out


def test_a_finished_run_needs_its_folder_alone(tmp_path, monkeypatch, capsys):
    """The program that a run was started with may be changed or deleted afterwards."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def policy(obs):\n    return [0.1, -obs[1], 0.0]\n")
    main(["train", "hopper", "--prior", "mine.py", "--run-dir", "run", *TINY])
    (tmp_path / "mine.py").unlink()
    main(["evaluate", "run"])
    result = read(tmp_path / "run" / "result.json")
    assert f"return {result['return_mean']:,.0f} ± " in capsys.readouterr().out.splitlines()[-1]


def test_render_draws_a_finished_run(finished, tmp_path, capsys):
    main(["render", str(finished), "--output", str(tmp_path / "again.gif")])
    assert Image.open(tmp_path / "again.gif").n_frames == Image.open(finished / "policy.gif").n_frames
    assert "again.gif, drawn with" in capsys.readouterr().out


def test_the_last_screen_has_five_lines_and_the_next_command(tmp_path, capsys):
    main(["train", "hopper", "--prior", "none", "--run-dir", str(tmp_path / "run"), *TINY])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-5].startswith("hopper: return ")
    assert "prior alone" not in lines[-5]
    assert lines[-1].startswith("next:    camel-jax train hopper --prior hopper/")
    assert read(tmp_path / "run" / "result.json")["prior_return_mean"] is None
    # No terminal: plain lines, one an evaluation, without control codes.
    assert [line.split("/")[0].strip() for line in lines if "env steps  " in line] == ["320", "640"]
    assert "\x1b" not in "".join(lines)


def test_priors_lists_the_library_with_its_worth(capsys):
    main(["priors"])
    out = capsys.readouterr().out
    assert "hopper: Hopper-v4" in out
    assert "hopper/hop" in out
    assert "return alone 2,680" in out


UNTRANSLATABLE = "import os\ndef policy(obs):\n    return os.listdir('.')\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hoper", "--prior", "none"], "unknown task 'hoper'; choose from: ant, half_cheetah, hopper, "),
        (["hopper", "--prior", "none", "--physics", "bullet"], "unknown physics 'bullet'; choose from: auto"),
        (["hopper", "--prior", "none", "--physics", "warp"], 'physics="warp" needs an NVIDIA GPU'),
        (["hopper", "--prior", "none", "--model", "quick"], "unknown model 'quick'; choose from: fast, gym"),
        (["hopper", "--prior", "none", "--contacts", "9"], 'contacts is an option of physics="warp"'),
        (["hopper", "--prior", "hopper/hpo"], "unknown prior 'hopper/hpo'; choose from: hopper/hop,"),
        (["hopper", "--prior", "missing.py"], "the prior file missing.py cannot be read: No such file"),
        (["hopper", "--prior", "bad.py"], "the prior cannot be translated: bad.py:3:12: "),
        (["hopper", "--prior", "none", "--env-steps", "-5"], "env_steps is -5; it must be at least 1"),
        (["hopper", "--prior", "none", "--run-dir", "file/run"], "the run folder file/run cannot be made"),
        (["hopper", "--prior", "none", "--run-dir", "taken"], "the run folder taken exists; name another"),
        (
            ["hopper", "--prior", "none", "--mask.width", "-1"],
            "mask.width is -1.0; it must lie in [0.001, 2.0]",
        ),
        (
            ["hopper", "--prior", "none", "--sac.batch-size", "0"],
            "sac.batch_size is 0; it must be at least 2",
        ),
        (["hopper", "--prior", "none", "--buffer-size", "0"], "buffer_size is 0; it must be at least 128"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(UNTRANSLATABLE)
    (tmp_path / "file").write_text("")
    (tmp_path / "taken").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as caught:
        main(["train", *arguments])
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"camel-jax: {message}")
    assert captured.err.count("\n") == 1, "one line"
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "is no run folder: config.json: No such file or directory"),
        ({"config.json": '{"task": "hopper"'}, "config.json is damaged"),
        ({"config.json": '{"task": "hopper", "prior": "none", "config": {}}'}, "no checkpoint at"),
    ],
)
def test_a_damaged_run_folder_is_named(files, message, tmp_path, capsys):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(SystemExit) as caught:
        main(["evaluate", str(tmp_path)])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "file"],
        ["render", "run", "--output", "file/x.gif"],
        ["render", "no-run"],
        ["render", "run", "--frames", "0"],
        ["bench", "physics", "--task", "hoper", "--json", "new/x.json"],
        ["bench", "physics", "--json", "file/x.json"],
    ],
)
def test_a_path_that_cannot_be_used_is_one_line_and_status_2(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "run").mkdir()
    run = {"task": "hopper", "prior": "none", "config": {}}
    (tmp_path / "run" / "config.json").write_text(json.dumps(run))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"
    error = capsys.readouterr().err
    assert error.startswith("camel-jax: ")
    assert error.count("\n") == 1


def test_the_command_exits_with_2_and_no_traceback():
    """The real process: what a batch job sees."""
    command = [sys.executable, "-m", "experiments.cli", "train", "hopper", "--prior", "hopper/x"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert line.startswith("camel-jax: unknown prior 'hopper/x'; choose from: hopper/hop")


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("train", "evaluate", "render", "priors", "bench"))
