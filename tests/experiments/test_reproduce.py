"""The thin benchmark: its rows, and that stopping and starting changes nothing in them."""

import dataclasses
import io
import json
import signal
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

import priors
from camel_jax import TD3Config, TrainConfig
from camel_jax.critics import TwinConfig
from camel_jax.evaluate import Evaluation
from envs import InputError
from experiments import judgements, reproduce, run, tidy
from experiments.cli import main
from experiments.part import Variant
from experiments.run import Stopped

TASK = "inverted_pendulum"
PROGRAM = "def policy(obs):\n    return [-obs[1] - 0.2 * obs[3]], [0.5 - obs[1]]\n"
TINY = TrainConfig(
    num_envs=4,
    warmup_steps=32,
    report_every=32,
    evaluate_every=64,
    evaluation_episodes=2,
    batch_size=4,
    updates_per_step=0.25,
    algorithm=TD3Config(hidden=(8,), critic=TwinConfig(hidden=(8,))),
)
STEPS = 256
AT = [64, 128, 192, 256]


@pytest.fixture(autouse=True, scope="module")
def loops():
    """What trains a variant is pure functions: those of the same settings are compiled once for all tests."""
    loops, make_loop = {}, reproduce.make_loop

    def make_once(env, prior, config, *, seeds):
        key = (None if prior is None else prior.source, config, seeds)
        if key not in loops:
            loops[key] = make_loop(env, prior, config, seeds=seeds)
        return loops[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reproduce, "make_loop", make_once)
        patch.setattr(run, "FINAL_EPISODES", 2)
        yield loops


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("priors") / "mine.py"
    path.write_text(PROGRAM)
    return str(path)


def make(folder, program, **changes):
    settings = {
        "task": TASK,
        "variants": (Variant("camel", program), Variant("camel", "none")),
        "env_steps": STEPS,
        "seeds": (4, 1),
        "folder": folder / "results",
        "work": folder / "work",
        **changes,
    }
    return reproduce.Benchmark(**settings)


def execute(benchmark, config=TINY):
    """Run a benchmark with small settings; returns what it printed."""
    console = Console(file=io.StringIO(), width=200)
    reproduce.run(benchmark, [config] * len(benchmark.variants), console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory, program):
    """A benchmark that nothing interrupted, and what it printed."""
    benchmark = make(tmp_path_factory.mktemp("whole"), program)
    return benchmark, execute(benchmark)


def csv_of(benchmark, name):
    return benchmark.folder / f"{TASK}-camel-{name}.csv"


def test_every_judgement_is_a_row(whole, program):
    benchmark, printed = whole
    for name, prior, baseline, mask in (
        ("mine", program, "prior", TINY.mask.kind),
        ("none", "none", "random", "none"),
    ):
        first, *rows = tidy.read(csv_of(benchmark, name))
        assert (first.policy, first.judge, first.preset) == (baseline, "gymnasium", "none")
        assert (first.seed, first.env_steps, first.data_coverage) == (None, 0, None)
        told = [(row.env_steps, row.seed, row.policy, row.judge) for row in rows]
        assert told == [
            *((step, seed, "last", "in-graph") for step in AT for seed in (4, 1)),
            *((STEPS, seed, policy, "gymnasium") for seed in (4, 1) for policy in ("last", "kept")),
        ]
        for row in rows:
            assert (row.task, row.preset, row.algorithm) == (TASK, "camel", "td3-twin")
            assert (row.prior, row.mask, row.engine) == (prior, mask, "c")
            assert row.return_mean == row.length_mean > 0, "the pendulum earns 1 a step"
            assert 0 < row.data_coverage <= row.env_steps
        assert len({row.data_return_mean for row in rows if row.env_steps == STEPS}) == 2, "one a seed"
    assert f"figure: {benchmark.folder}/{TASK}.png" in printed
    assert (benchmark.folder / f"{TASK}.png").stat().st_size > 10_000
    assert "camel, no prior" in printed
    assert not list(benchmark.work.iterdir()), "the checkpoints go when all is done"


def test_each_part_is_compiled_once(whole, loops):
    for loop in loops.values():
        assert [part._cache_size() for part in (loop.prefill, loop.chunk, loop.evaluate)] == [1, 1, 1]


def test_the_settings_lie_beside_the_rows(whole):
    benchmark, _ = whole
    about = json.loads(csv_of(benchmark, "mine").with_suffix(".json").read_text())
    assert about["settings"]["seeds"] == [4, 1]
    assert about["settings"]["config"]["env_steps"] == STEPS
    assert "seed" not in about["settings"]["config"]
    assert [{"versions", "git_commit", "device"} <= part.keys() for part in about["ran_on"]] == [True]


def test_metrics_of_rows_that_were_removed_are_removed_too(whole, tmp_path, program):
    benchmark = make(tmp_path, program, variants=(Variant("camel", program),))
    metrics = csv_of(benchmark, "mine").with_suffix(".metrics.jsonl")
    metrics.parent.mkdir(parents=True)
    metrics.write_text("not a row\n{}\n")
    execute(benchmark)
    assert metrics.read_bytes() == csv_of(whole[0], "mine").with_suffix(".metrics.jsonl").read_bytes()


def test_what_the_learner_tells_is_kept_for_each_seed(whole):
    rows = csv_of(whole[0], "mine").with_suffix(".metrics.jsonl").read_text().splitlines()
    rows = [json.loads(row) for row in rows]
    assert [row["train/env_steps"] for row in rows] == list(range(64, STEPS + 1, 32))
    assert all(len(row["critic/loss"]) == len(row["mask/share"]) == 2 for row in rows)
    assert np.isfinite([row["critic/loss"] for row in rows]).all()


class Killed(BaseException):
    """Stands for the end of the process."""


def test_stops_and_kills_change_no_byte(whole, tmp_path, program, monkeypatch):
    expected = csv_of(whole[0], "mine").read_bytes()
    benchmark = make(tmp_path, program, variants=(Variant("camel", program),), save_every=96)
    path, append = csv_of(benchmark, "mine"), tidy.append

    def at(step, happens):
        def appended(path, rows):
            append(path, rows)
            if rows[0].env_steps == step:
                happens()

        monkeypatch.setattr(tidy, "append", appended)

    def die():
        with path.open("a") as file:
            file.write(f"{TASK},camel,td3")
        raise Killed

    at(192, die)
    with pytest.raises(Killed):
        execute(benchmark)
    assert path.read_bytes().startswith(expected[:1000])
    assert path.read_text()[-len(TASK) - 11 :] == "\n" + TASK + ",camel,td3"

    at(192, lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(Stopped) as caught:
        execute(benchmark)
    assert (caught.value.signal, caught.value.env_steps) == ("SIGTERM", 192)
    assert path.read_bytes() == b"".join(expected.splitlines(keepends=True)[: 2 + 2 * 3])

    monkeypatch.setattr(tidy, "append", append)
    assert "going on from step 192" in execute(benchmark)
    assert path.read_bytes() == expected
    metrics = [csv.with_suffix(".metrics.jsonl").read_bytes() for csv in (path, csv_of(whole[0], "mine"))]
    assert metrics[0] == metrics[1]


def test_a_stop_in_the_last_chunk_is_heeded_too(tmp_path, program, monkeypatch):
    benchmark = make(tmp_path, program, variants=(Variant("camel", "none"),))
    append = tidy.append

    def stop(path, rows):
        append(path, rows)
        if rows[0].env_steps == STEPS:
            signal.raise_signal(signal.SIGUSR1)

    monkeypatch.setattr(tidy, "append", stop)
    with pytest.raises(Stopped) as caught:
        execute(benchmark)
    assert (caught.value.signal, caught.value.env_steps) == ("SIGUSR1", STEPS)
    judges = [row.judge for row in tidy.read(csv_of(benchmark, "none"))]
    assert judges == ["gymnasium", *["in-graph"] * 2 * len(AT)]


def test_what_is_finished_is_not_trained_again(whole, monkeypatch):
    benchmark, printed = whole
    before = {path: path.read_bytes() for path in benchmark.folder.iterdir()}
    monkeypatch.setattr(reproduce, "run_loop", None)
    monkeypatch.setattr(judgements, "judge", None)
    again = execute(benchmark)
    assert again.count("finished") == 2
    assert again.splitlines()[-1] == printed.splitlines()[-1]
    after = {path: path.read_bytes() for path in benchmark.folder.iterdir()}
    assert {path.name for path in before if before[path] != after[path]} <= {f"{TASK}.png"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": (4,)}, r"holds other results \(seeds is \[4, 1\] there and \[4\] here\); remove it, or"),
        ({"env_steps": 320}, r"\(config.env_steps is 256 there and 320 here\)"),
        ({"seeds": ()}, "seeds is empty; name one at least"),
        ({"seeds": (3, 3)}, "seeds hold 3 twice; name each once"),
        ({"seeds": (-1,)}, "seed is -1; it must lie in"),
        ({"variants": ()}, "variants is empty"),
        ({"variants": (Variant("camel", "none"),) * 2}, "variants hold .*-camel-none twice"),
        ({"env_steps": 16}, "warmup_steps is 32; it must lie in"),
        ({"save_every": 0}, "save_every is 0; it must be at least 1"),
        ({"task": "pendulum"}, "unknown task 'pendulum'"),
        ({"physics": "bullet"}, "unknown physics 'bullet'"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(whole, program, changes, message):
    benchmark = whole[0]._replace(**changes)
    before = {path: path.read_bytes() for path in benchmark.folder.iterdir()}
    with pytest.raises(InputError, match=message):
        execute(benchmark)
    assert {path: path.read_bytes() for path in benchmark.folder.iterdir()} == before


def test_another_program_of_the_same_name_is_another_result(whole, tmp_path):
    changed = tmp_path / "mine.py"
    changed.write_text(PROGRAM.replace("0.2", "0.3"))
    with pytest.raises(InputError, match=r"holds other results \(prior is .* there and .* here\)"):
        execute(whole[0]._replace(variants=(Variant("camel", str(changed)),)))


def test_rows_without_their_settings_are_refused(whole, tmp_path, program):
    benchmark = make(tmp_path, program)
    benchmark.folder.mkdir()
    csv_of(benchmark, "none").write_bytes(csv_of(whole[0], "none").read_bytes())
    with pytest.raises(InputError, match=r"lacks its inverted_pendulum-camel-none.json"):
        execute(benchmark)


def test_checkpoints_of_another_benchmark_are_refused(tmp_path, program):
    benchmark = make(tmp_path, program, variants=(Variant("camel", "none"),))
    work = benchmark.work / f"{TASK}-camel-none"
    work.mkdir(parents=True)
    (work / "config.json").write_text(json.dumps({"csv": "elsewhere.csv"}))
    with pytest.raises(InputError, match=r"camel-none holds what was not finished \(csv is elsewhere.csv"):
        execute(benchmark)
    assert not benchmark.folder.exists() or not list(benchmark.folder.iterdir())


def test_each_row_is_of_its_own_seed(tmp_path, program):
    config = dataclasses.replace(TINY, env_steps=STEPS)
    part = reproduce.make_part(make(tmp_path, program), Variant("camel", "none"), config)
    state = part.loop.init()
    taken = jnp.zeros_like(state.coverage.taken).at[1, :100].set(True)
    state = state.replace(
        step=jnp.int32(96),
        episodes=jnp.array([0.0, 4.0]),
        episode_returns=jnp.array([0.0, 50.0]),
        coverage=state.coverage.replace(taken=taken),
    )
    evaluation = Evaluation(jnp.array([[1.0, 3.0], [5.0, 5.0]]), jnp.array([[10, 20], [30, 30]]))
    rows = judgements.while_training(part, state, evaluation)
    tidy.append(tmp_path / "rows.csv", rows)
    found = [
        (row.seed, row.return_mean, row.return_std, row.length_mean, row.data_return_mean, row.data_coverage)
        for row in tidy.read(tmp_path / "rows.csv")
    ]
    assert found == [(4, 2.0, 1.0, 15.0, None, 0.0), (1, 5.0, 0.0, 30.0, 12.5, 100.0)]


def test_uniform_actions_fill_the_range_and_differ_from_step_to_step():
    policy = judgements.uniform_actions(2)
    observations = jnp.arange(300.0)[:, None] * 0.1
    actions = jax.vmap(lambda observation: policy((), observation)[1])(observations)
    assert actions.shape == (300, 2)
    assert actions.min() < -0.95
    assert actions.max() > 0.95
    assert abs(actions.mean()) < 0.1
    assert len(set(actions.ravel().tolist())) > 590


@pytest.mark.parametrize("text", ["camel", "camel:", ":none", ""])
def test_a_variant_is_a_pair(text):
    with pytest.raises(InputError, match="is no PRESET:PRIOR"):
        reproduce.read_variant(text)
    assert reproduce.read_variant("sac:a/b.py") == Variant("sac", "a/b.py")


def test_the_default_compares_with_the_plain_agent():
    assert [str(variant) for variant in reproduce.default_variants("hopper")] == [
        f"camel:{priors.best('hopper')}",
        "camel:none",
    ]


def test_without_a_prior_that_ships_it_must_be_told_what_to_compare(monkeypatch):
    monkeypatch.setattr(priors, "best", lambda _: None)
    with pytest.raises(InputError, match="no prior ships for inverted_pendulum; name what to compare"):
        reproduce.default_variants("inverted_pendulum")


def test_it_writes_below_the_working_folder():
    benchmark = reproduce.Benchmark("hopper", ())
    assert benchmark.folder == Path("experiments/results/reproduce")
    assert benchmark.work == Path("runs/reproduce"), "which git ignores"


def test_the_command_hands_on_what_was_asked_for(monkeypatch, program):
    asked = []
    monkeypatch.setattr(reproduce, "reproduce", lambda benchmark, console: asked.append(benchmark))
    main(["reproduce", "hopper"])
    options = ["--variants", f"sac:{program}", "td3:none", "--steps", "500", "--seeds", "3", "1"]
    main(["reproduce", TASK, *options, "--folder", "a", "--work", "b", "--save-every", "7", "--physics", "c"])
    assert asked == [
        reproduce.Benchmark("hopper", reproduce.default_variants("hopper")),
        reproduce.Benchmark(
            TASK,
            (Variant("sac", program), Variant("td3", "none")),
            env_steps=500,
            seeds=(3, 1),
            folder=Path("a"),
            work=Path("b"),
            physics="c",
            save_every=7,
        ),
    ]


def test_a_stop_leaves_with_the_status_of_its_signal(monkeypatch, capsys):
    def stop(benchmark, console):
        raise Stopped("SIGTERM", 1234)

    monkeypatch.setattr(reproduce, "reproduce", stop)
    with pytest.raises(SystemExit) as caught:
        main(["reproduce", "hopper"])
    assert caught.value.code == 143
    assert "stopped by SIGTERM and saved after 1,234 env steps" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hoper"], "unknown task 'hoper'"),
        (["hopper", "--variants", "camel"], "the variant 'camel' is no PRESET:PRIOR"),
        (["hopper", "--variants", "camle:none"], "unknown preset 'camle'"),
        (["hopper", "--variants", "camel:hopper/hpo"], "unknown prior 'hopper/hpo'"),
        (
            ["hopper", "--variants", "camel:none", "--folder", "file/x"],
            "the file file/x/hopper-camel-none.csv",
        ),
        (["hopper", "--variants", "camel:none", "--work", "file"], "the file file/hopper-camel-none.new"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as caught:
        main(["reproduce", *arguments])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"camel-jax: {message}")
    assert error.count("\n") == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "file"]
