"""`camel-jax tune` as a person meets it: a better program, its provenance, stops, and bad input."""

import json
import os
import signal

import numpy as np
import pytest

import envs
import priors
from experiments import run_folder, tuning, tuning_state
from experiments.cli import main
from experiments.commands.tune import default_output
from experiments.prior_files import figures, load_prior, provenance_of, tuning_steps
from priors.tuning_plan import Generation, TuneState

# Holds the pole for a moment only: a pendulum needs more than a hint of its angle.
WEAK = '''"""Leans."""
GAIN = 0.05
RATE = 0.01


def policy(obs):
    position, angle, speed, angular_speed = obs
    return [GAIN * angle + RATE * angular_speed]
'''
OPTIONS = [
    *("--task", "inverted_pendulum", "--population", "12", "--episodes", "2", "--horizon", "30"),
    *("--judge-episodes", "2", "--gymnasium-episodes", "3", "--minutes", "None"),
]


def read(path):
    return json.loads(path.read_text())


# The shortest search that there is.
SHORT = [
    *("--task", "inverted_pendulum", "--population", "4", "--episodes", "1", "--horizon", "10"),
    *("--judge-episodes", "2", "--gymnasium-episodes", "2", "--minutes", "None", "--env-steps", "20050"),
]
GENERATION = {"model": "openai/some", "prompt_sha256": "ab", "tokens_in": 7, "tokens_out": 9, "cost": 0.25}


def record_searches(patch):
    """All that the searches from here on find."""
    found, tune = [], tuning.tune
    patch.setattr(tuning, "tune", lambda *args, **kwargs: found.append(tune(*args, **kwargs)) or found[-1])
    return found


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """A weak program, what became of it, and what the search found."""
    folder = tmp_path_factory.mktemp("tune")
    weak, output = folder / "weak.py", folder / "strong.py"
    weak.write_text(WEAK)
    weak.with_suffix(".json").write_text(
        json.dumps({"description": "Leans.", "tuning": {"method": "by hand", "env_steps": 1_000}})
    )
    with pytest.MonkeyPatch.context() as patch:
        searches = record_searches(patch)
        main(["tune", str(weak), *OPTIONS, "--env-steps", "60000", "--output", str(output)])
    return weak, output, searches[0]


def test_a_program_gets_better_numbers_and_a_provenance(tuned):
    weak, output, _ = tuned
    about = read(output.with_suffix(".json"))
    text = output.read_text()
    assert text != WEAK
    assert [line for line in text.splitlines() if "=" not in line or "," in line] == [
        line for line in WEAK.splitlines() if "=" not in line or "," in line
    ]
    assert about["task"] == "inverted_pendulum"
    assert about["parent"] == str(weak)
    assert about["before_tuning"]["return_mean"] < 30 < about["gymnasium_v4"]["return_mean"]
    assert about["gymnasium_v4"]["episodes"] == 3
    assert about["tuning"]["improved"]
    assert about["tuning"]["method"].endswith("; before that 1,000 for tuning (by hand)")
    assert about["memory"] is False
    assert {"versions", "git_commit", "device"} <= set(about["ran_on"])
    assert sorted(path.name for path in output.parent.iterdir()) == [
        "strong.json",
        "strong.py",
        "weak.json",
        "weak.py",
    ], "the state of the search is gone"


def test_what_was_written_is_worth_what_it_says(tuned):
    _, output, _ = tuned
    spec = envs.spec("inverted_pendulum")
    found = figures(spec, load_prior(str(output), spec), episodes=3)
    assert found == read(output.with_suffix(".json"))["gymnasium_v4"]


def test_every_step_is_counted_those_in_gymnasium_too(tuned):
    _, output, search = tuned
    about = read(output.with_suffix(".json"))
    judged = [round(3 * about[part]["length_mean"]) for part in ("before_tuning", "gymnasium_v4")]
    assert search.env_steps <= 60_000
    assert min(judged) > 0
    own = search.env_steps + sum(judged)
    assert about["tuning"]["env_steps"] == 1_000 + own
    assert f" {own:,} env steps, those of all candidates and of judging" in about["tuning"]["method"]


def test_the_walk_from_a_model_over_a_screening_ends_in_a_tuned_program(tmp_path, capsys, monkeypatch):
    program = tmp_path / "003.py"
    program.write_text(WEAK)
    told = {"generation": GENERATION, "screening": {"env_steps": 5}, "refinement": {"env_steps": 7}}
    (tmp_path / "003.json").write_text(json.dumps({**told, "tuning": None, "before_tuning": None}))
    searches = record_searches(monkeypatch)
    main(["tune", str(program), *SHORT])
    output = tmp_path / "003-tuned.py"
    about = read(output.with_suffix(".json"))
    assert about["tuning"]["method"].endswith("; before that 7 for refinement, 5 for screening")
    assert about["generation"] == GENERATION, "what the model was asked and paid"
    assert "screening" not in about
    assert "refinement" not in about
    judged = about["before_tuning"]["length_mean"] * 2
    assert tuning_steps(str(output)) - 12 - searches[0].env_steps >= judged
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"--prior {output}")


def test_later_tunings_and_curves_count_the_steps_of_earlier_ones(tuned):
    weak, output, _ = tuned
    assert tuning_steps(str(weak)) == 1_000
    assert tuning_steps(str(output)) == read(output.with_suffix(".json"))["tuning"]["env_steps"]
    assert tuning_steps("hopper/hop") == priors.provenance("hopper/hop")["tuning"]["env_steps"] > 0
    assert tuning_steps("none") == tuning_steps(str(weak.with_name("other.py"))) == 0


def test_a_stopped_tuning_goes_on_and_ends_as_one_that_was_not_stopped(tuned, tmp_path, monkeypatch, capsys):
    weak, output, _ = tuned
    again, saved = tmp_path / "again.py", []
    command = ["tune", str(weak), *OPTIONS, "--env-steps", "60000", "--output", str(again)]
    save = tuning.save_state

    def save_and_stop(path, state, fingerprint):
        save(path, state, fingerprint)
        saved.append(len(state.generations))
        if len(saved) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(tuning, "save_state", save_and_stop)
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 128 + signal.SIGTERM
    assert capsys.readouterr().out.splitlines()[-1] == (
        "stopped by SIGTERM and saved; the same command goes on"
    )
    assert not again.exists()
    assert tuning.Tuning("", "", again, None).state_file.exists()
    again.write_text("half of a prog")
    main(command)
    assert saved[:4] == [1, 2, 3, 4]
    assert again.read_text() == output.read_text()
    assert read(again.with_suffix(".json"))["tuning"] == read(output.with_suffix(".json"))["tuning"]


def test_a_saved_search_is_read_as_it_was(tmp_path):
    search = {"mean": np.arange(3.0, dtype=np.float32), "count": np.int32(7)}
    one = Generation(2**40 + 1, 1.5, 200, 1.0, 2.0, -np.inf, 0.3)
    state = TuneState(search, (one, one), np.ones(3, np.float32), -np.inf)
    tuning_state.save_state(tmp_path / "x.npz", state, "mine")
    like = TuneState({"mean": np.zeros(3), "count": 0}, (), np.zeros(3), 0.0)
    read = tuning_state.load_state(tmp_path / "x.npz", like, "mine")
    np.testing.assert_array_equal(read.search["mean"], search["mean"])
    assert read.search["count"] == 7
    assert read.generations == state.generations
    assert read.kept_score == -np.inf
    with pytest.raises(envs.InputError, match="is of a tuning with other settings or another program"):
        tuning_state.load_state(tmp_path / "x.npz", like, "yours")
    for damage in (b"", (tmp_path / "x.npz").read_bytes()[:200]):
        (tmp_path / "x.npz").write_bytes(damage)
        with pytest.raises(envs.InputError, match=r"x.npz is damaged .*; remove it to start anew"):
            tuning_state.load_state(tmp_path / "x.npz", like, "mine")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hopper/hpo"], "unknown prior 'hopper/hpo'; choose from: "),
        (["hopper/hop", "--task", "ant"], "hopper/hop is a prior of hopper, not of ant; leave --task out"),
        (["weak.py"], "name the task of weak.py with --task, one of ant, "),
        (["weak.py", "--task", "hoper"], "unknown task 'hoper'"),
        (["missing.py", "--task", "ant"], "the prior file missing.py cannot be read"),
        (["bad.py", "--task", "ant"], "the prior cannot be translated: bad.py:"),
        (["fixed.py", "--task", "inverted_pendulum"], "the prior 'fixed.py' has no numbers to tune"),
        (["hopper/hop", "--output", "x.txt"], "the output x.txt is a program: name a file that ends in .py"),
        (["hopper/hop", "--output", "weak.py/x.py"], "the file weak.py/x.py cannot be written"),
        (["hopper/hop", "--population", "1"], "population is 1; it must be at least 4"),
        (["hopper/hop", "--env-steps", "100"], "env_steps is 100; one generation and judging it may take"),
        (["hopper/hop", "--minutes", "None"], "nothing bounds the tuning; give env_steps or minutes"),
        (["hopper/hop", "--gymnasium-episodes", "0"], "gymnasium_episodes is 0; it must be at least 1"),
        (["told.py", "--task", "inverted_pendulum"], "told.json, which tells of told.py, is damaged"),
        (["odd.py", "--task", "inverted_pendulum"], "what is told of odd.py is damaged: env_steps"),
        (
            ["list.py", "--task", "inverted_pendulum"],
            "list.json should tell of list.py, but is no JSON object",
        ),
        (["hopper/hop", "--output", "weak.py"], "the output weak.py exists already; name another program"),
        (["hopper/hop", "--output", "told.py"], "the output told.py exists already; name another program"),
        (["hopper/hop", "--output", "beside.py"], "the output beside.json exists already; name another"),
        (
            ["weak.py", "--task", "inverted_pendulum", "--output", "new.py"],
            "the file new.tuning.npz.new cannot",
        ),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weak.py").write_text(WEAK)
    (tmp_path / "told.py").write_text(WEAK)
    (tmp_path / "told.json").write_text("{")
    (tmp_path / "odd.py").write_text(WEAK)
    (tmp_path / "odd.json").write_text('{"tuning": {"env_steps": "many"}}')
    (tmp_path / "list.py").write_text(WEAK)
    (tmp_path / "list.json").write_text("[1, 2, 3]")
    (tmp_path / "beside.json").write_text("{}")
    (tmp_path / "new.tuning.npz.new").mkdir()
    (tmp_path / "fixed.py").write_text("def policy(obs):\n    return [obs[0]]\n")
    (tmp_path / "bad.py").write_text("import os\ndef policy(obs):\n    return os.listdir('.')\n")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as caught:
        main(["tune", *arguments])
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"camel-jax: {message}")
    assert captured.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"


def test_the_output_is_told_apart_by_folder_and_task():
    assert str(default_output("runs/hopper/003.py")) == "runs/hopper/003-tuned.py"
    assert str(default_output("mine.py")) == "mine-tuned.py"
    assert str(default_output("hopper/naive")) == "hopper-naive-tuned.py"
    assert default_output("hopper/naive") != default_output("walker2d/naive")


def test_numbers_that_cannot_be_written_back_are_found_before_the_search(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tuning, "tune", lambda *_, **__: pytest.fail("the search began"))
    monkeypatch.setattr(priors, "to_source", lambda _: "def policy(obs):\n    return [pitch]\n")
    (tmp_path / "weak.py").write_text(WEAK)
    with pytest.raises(SystemExit) as caught:
        main(["tune", str(tmp_path / "weak.py"), *SHORT])
    assert caught.value.code == 2
    assert "the name `pitch` is not known" in capsys.readouterr().err


def test_a_program_that_changes_while_it_is_tuned_changes_nothing(tmp_path, monkeypatch):
    program, tune = tmp_path / "weak.py", tuning.tune

    def search(*args, **kwargs):
        program.unlink()
        return tune(*args, **kwargs)

    monkeypatch.setattr(tuning, "tune", search)
    program.write_text(WEAK)
    main(["tune", str(program), *SHORT])
    assert read(tmp_path / "weak-tuned.json")["before_tuning"]["return_mean"] < 30


def test_a_result_that_cannot_be_written_leaves_the_search(tmp_path, monkeypatch, capsys):
    (tmp_path / "weak.py").write_text(WEAK)
    output, replace_file = tmp_path / "weak-tuned.py", run_folder.replace_file

    def full(path, content):
        if path == output:
            raise OSError(28, "No space left on device")
        replace_file(path, content)

    command = ["tune", str(tmp_path / "weak.py"), *SHORT]
    monkeypatch.setattr(run_folder, "replace_file", full)
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 2
    assert "weak-tuned.py cannot be written (No space left on device)" in capsys.readouterr().err
    monkeypatch.setattr(run_folder, "replace_file", replace_file)
    main(command)
    assert output.exists()


def test_provenance_without_a_file_is_empty(tmp_path):
    assert provenance_of(str(tmp_path / "mine.py")) == provenance_of("none") == {}
    assert provenance_of("hopper/hop") == priors.provenance("hopper/hop")
