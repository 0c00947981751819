"""The command line as a person meets it: a run from end to end, and every kind of bad input."""

import dataclasses
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from camel_jax.presets import preset
from experiments.cli import main

TINY = [
    *("--env-steps", "640", "--warmup-steps", "64", "--report-every", "64", "--evaluate-every", "320"),
    *("--evaluation-episodes", "2", "--batch-size", "8", "--epsilon.decay-steps", "300"),
    *("--algorithm.hidden", "8", "--algorithm.critic.hidden", "8"),
]
START = ["train", "hopper", "--prior", "hopper/hop", "--seed", "3", *TINY]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    main([*START, "--run-dir", str(folder)])
    return folder


def read(path):
    return json.loads(path.read_text())


def test_a_prior_that_is_not_followed_is_told_and_recorded(tmp_path, capsys):
    main(["train", "hopper", "--prior", "hopper/adversarial", "--run-dir", str(tmp_path / "run"), *TINY])
    assert "the prior alone is worth no more than random actions" in capsys.readouterr().out
    assert read(tmp_path / "run" / "result.json")["prior_refused"] is True
    assert {row["mask/epsilon"] for row in rows_of(tmp_path / "run")} == {0.0}


def test_a_run_leaves_all_it_promises(finished):
    config, result = read(finished / "config.json"), read(finished / "result.json")
    assert config["task"] == "hopper"
    assert config["config"]["env_steps"] == 640
    assert config["config"]["algorithm"]["hidden"] == [8]
    assert {"python", "jax", "mujoco"} <= set(config["versions"])
    assert "git_commit" in config
    assert config["device"]["cores"] >= 1
    assert result["seed"] == 3
    assert result["env_steps"] == 640
    assert result["episodes"] == len(result["returns"]) == 20
    np.testing.assert_allclose(result["return_mean"], np.mean(result["returns"]))
    np.testing.assert_allclose(result["return_std"], np.std(result["returns"]))
    assert result["prior_return_mean"] > 2500
    assert result["prior_refused"] is False
    assert result["prior_tuning_env_steps"] > 0
    assert result["train_seconds"] > 0

    rows = rows_of(finished)
    assert [row["train/env_steps"] for row in rows] == list(range(128, 641, 64))
    assert rows[0]["mask/epsilon"] > rows[-1]["mask/epsilon"] == 0.0
    assert [row["train/env_steps"] for row in rows if "gymnasium/return_mean" in row] == [320, 640]

    assert Image.open(finished / "curve.png").width > 500
    assert Image.open(finished / "policy.gif").n_frames > 1
    assert list((finished / "checkpoints").iterdir())
    assert list((finished / "tensorboard").iterdir())


def rows_of(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def without_times(rows):
    return [{name: x for name, x in row.items() if not name.startswith("time/")} for row in rows]


def test_a_run_that_is_killed_and_one_that_is_asked_to_stop_end_as_if_nothing_had_been(finished, tmp_path):
    """Real processes: SIGKILL first, then SIGTERM, each somewhere in the middle; then on to the end."""
    command, folder = [sys.executable, "-m", "experiments.cli"], tmp_path / "run"

    def stop_after(arguments, rows, number):
        process = subprocess.Popen(
            [*command, *arguments, "--save-every", "64"], stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 300
        while not ((folder / "metrics.jsonl").exists() and len(rows_of_partly(folder)) >= rows):
            assert process.poll() is None, "the run ended before it was stopped"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        return process.communicate()[0], process.returncode

    _, status = stop_after([*START, "--run-dir", str(folder)], 2, signal.SIGKILL)
    assert status == -signal.SIGKILL
    out, status = stop_after(["train", "--resume", str(folder)], 4, signal.SIGTERM)
    assert status == 128 + signal.SIGTERM
    assert out.splitlines()[-1] == f"next:    camel-jax train --resume {folder}"
    assert not (folder / "result.json").exists()
    main(["train", "--resume", str(folder)])

    assert without_times(rows_of(folder)) == without_times(rows_of(finished))
    assert read(folder / "result.json")["returns"] == read(finished / "result.json")["returns"]


def rows_of_partly(folder):
    """Complete lines of a file that is being written."""
    return [
        line for line in (folder / "metrics.jsonl").read_text().splitlines(keepends=True) if line[-1] == "\n"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a task to train (ant, half_cheetah, hopper, "),
        (["hopper"], "--prior is missing: one of the library (hopper/adversarial, "),
        (["hopper", "--prior", "none", "--preset", "sca"], "unknown preset 'sca'; choose from: camel, "),
        (["hopper", "--resume", "here"], "--resume goes on with a run as it was started: it takes no task"),
        (["--resume", "here", "--seed", "1"], "--resume goes on with a run as it was started"),
        (["--resume", "here"], "here is no run folder"),
    ],
)
def test_what_to_train_must_be_told_once(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["train", *arguments])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith(f"camel-jax: {message}")


def test_a_preset_gives_the_defaults_that_options_change(monkeypatch):
    runs = []
    monkeypatch.setattr("experiments.run.run", lambda settings, *_: runs.append(settings) or SUMMARY)
    main(["train", "hopper", "--prior", "none", "--preset", "camel-td3", "--algorithm.target-noise", "0.3"])
    (config,) = (run.config for run in runs)
    assert config.algorithm == dataclasses.replace(preset("camel-td3").algorithm, target_noise=0.3)
    assert config.epsilon == preset("camel-td3").epsilon


SUMMARY = {
    **dict.fromkeys(
        ("prior_return_mean", "return_mean", "return_std", "train_seconds", "steps_per_second"), 0.0
    ),
    **dict.fromkeys(("episodes", "env_steps", "policy_step", "seed"), 0),
    **{"task": "hopper", "rendered_with": "", "prior": "none"},
}


def test_the_checkpoint_judges_as_the_run_did(finished, capsys):
    main(["evaluate", str(finished)])
    result = read(finished / "result.json")
    assert f"return {result['return_mean']:,.0f} ± {result['return_std']:,.0f}" in capsys.readouterr().out


def test_a_finished_run_needs_its_folder_alone(tmp_path, monkeypatch, capsys):
    """The program that a run was started with may be changed or deleted afterwards."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def policy(obs):\n    return [0.1, -obs[1], 0.0]\n")
    (tmp_path / "mine.json").write_text('{"tuning": {"method": "by hand", "env_steps": 500}}')
    main(["train", "hopper", "--prior", "mine.py", "--run-dir", "run", *TINY])
    (tmp_path / "mine.py").unlink()
    (tmp_path / "mine.json").unlink()
    main(["evaluate", "run"])
    result = read(tmp_path / "run" / "result.json")
    assert result["prior_tuning_env_steps"] == 500
    assert read(tmp_path / "run" / "prior.json")["tuning"]["method"] == "by hand"
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


UNTRANSLATABLE = "import os\ndef policy(obs):\n    return os.listdir('.')\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hoper", "--prior", "none"], "unknown task 'hoper'; choose from: ant, half_cheetah, hopper, "),
        (["hopper", "--prior", "none", "--physics", "bullet"], "unknown physics 'bullet'; choose from: auto"),
        (["hopper", "--prior", "none", "--physics", "warp"], 'physics="warp" needs an NVIDIA GPU'),
        (["hopper", "--prior", "none", "--model", "quick"], "unknown model 'quick'; choose from: fast, gym"),
        (["hopper", "--prior", "none", "--contacts", "9"], 'contacts is an option of physics="warp"'),
        (
            ["hopper", "--prior", "hopper/hpo"],
            "unknown prior 'hopper/hpo'; choose from: hopper/adversarial, ",
        ),
        (["hopper", "--prior", "missing.py"], "the prior file missing.py cannot be read: No such file"),
        (["hopper", "--prior", "bad.py"], "the prior cannot be translated: bad.py:3:12: "),
        (["hopper", "--prior", "none", "--env-steps", "-5"], "env_steps is -5; it must be at least 1"),
        (["hopper", "--prior", "none", "--run-dir", "file/run"], "the run folder file/run cannot be made"),
        (["hopper", "--prior", "none", "--run-dir", "taken"], "the run folder taken exists; name another"),
        (
            ["hopper", "--prior", "none", "--mask.width", "-1"],
            "mask.width is -1.0; it must lie in ",
        ),
        (
            ["hopper", "--prior", "none", "--batch-size", "0"],
            "batch_size is 0; it must be at least 2",
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
        ({"config.json": '{"task": "hopper", "prior": "none", "config": {}}'}, "holds no checkpoint yet"),
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
    assert line.startswith("camel-jax: unknown prior 'hopper/x'; choose from: hopper/adversarial, ")


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("train", "evaluate", "render", "priors", "bench"))
