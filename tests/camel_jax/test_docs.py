"""What the page of the learner says is so: its Python prints what it shows, its tables are the code's.

After a change on purpose, `PYTHONPATH=tests python tests/camel_jax/test_docs.py` writes the new outputs into
the page.
"""

import ast
import contextlib
import importlib
import os
import re
import shlex
import tempfile
import typing
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pages import BLOCK, rendered, rows

import envs
from camel_jax import EpsilonConfig, GaussianConfig, MaskConfig, Report, SACConfig, make_loop
from camel_jax import loop as loop_module
from camel_jax.presets import PRESETS
from camel_jax.semantics import SEMANTICS
from experiments.cli import Train, _parse
from experiments.run import _Recorder
from priors import Interval

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "learner.md"


@contextlib.contextmanager
def elsewhere(folder):
    """In another working folder, and compiled in haste: nothing here runs for long."""
    before = jax.config.read("jax_disable_most_optimizations"), Path.cwd()
    jax.config.update("jax_disable_most_optimizations", True)
    os.chdir(folder)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", before[0])
        os.chdir(before[1])


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page as its blocks run now, and what they define."""
    names = {}
    with elsewhere(tmp_path_factory.mktemp("page")):
        text = rendered(PAGE.read_text(), names)
    return text, SimpleNamespace(**names)


def test_the_python_blocks_run_and_print_what_is_shown(page):
    text = PAGE.read_text()
    assert text.count("```text\n") == sum("```text\n" in block[0] for block in BLOCK.finditer(text)) > 3
    assert page[0].splitlines() == text.splitlines()


def test_parts_of_ones_own_take_less_than_twenty_lines(page):
    parsed = [node for block in BLOCK.finditer(PAGE.read_text()) for node in ast.parse(block["code"]).body]
    lengths = {node.name: node.end_lineno - node.lineno for node in parsed if isinstance(node, ast.ClassDef)}
    assert lengths.keys() == {"Reach", "Floor", "Quarters"}
    assert max(lengths.values()) < 20


def test_the_masks_example_lets_the_agent_do_more_and_not_less(page):
    mask, suggestion = page[1].Floor(0.3), Interval(jnp.full(1, 0.5), jnp.full(1, 0.5))
    np.testing.assert_allclose(mask.interval(suggestion, jnp.ones(())), [[0.2], [1.0]])
    np.testing.assert_array_equal(mask.interval(suggestion, jnp.zeros(())), [[-1.0], [1.0]])


def test_the_metrics_are_those_that_runs_report(page):
    told = {}
    for name, who, _, meaning in rows(PAGE, "metric"):
        told.setdefault(who, set()).add(name.strip("`"))
        assert meaning
    assert told.keys() == {"all", "SAC", "DSAC-T", "evaluations", "command line"}

    def reported(history):
        return {name for row in history for name in row}

    example = page[1]
    assert reported(example.result.history) == told["all"] | told["SAC"] | told["evaluations"]
    assert reported(example.masked.history) == told["all"] | told["evaluations"]
    critic = SACConfig(hidden=(8,), critic=GaussianConfig(hidden=(8,)))
    loop = make_loop(example.env, None, example.dataclasses.replace(example.config, algorithm=critic))
    _, metrics = jax.eval_shape(loop.chunk, jax.eval_shape(loop.init))
    assert metrics.keys() == told["all"] | told["SAC"] | told["DSAC-T"]

    written = []

    def evaluator(parameters, carry, *, seed):
        return SimpleNamespace(returns=np.zeros(1))

    recorder = _Recorder(evaluator, SimpleNamespace(write=written.append), seconds_before=0.0)
    for metrics in example.result.history:
        recorder.add(
            Report(
                example.result.state,
                metrics,
                evaluation=(),
                loop=make_loop(example.env, None, example.config),
            )
        )
    assert reported(written) == reported(example.result.history) | told["command line"]


def first_names(first):
    """The names in the first column of a table."""
    return [re.match("`(.+?)`", row[0])[1] for row in rows(PAGE, first)]


def choices(config, field):
    """What a field of settings may be, as its type says."""
    return list(typing.get_args(typing.get_type_hints(config)[field]))


def test_every_choice_has_a_row():
    assert first_names("`mask.kind`") == choices(MaskConfig, "kind")
    assert first_names("`epsilon.kind`") == choices(EpsilonConfig, "kind")
    assert first_names("`epsilon.semantics`") == choices(EpsilonConfig, "semantics") == list(SEMANTICS)
    assert first_names("`epsilon.adapt`") == choices(EpsilonConfig, "adapt")


def test_the_presets_are_as_the_page_says():
    assert sorted(first_names("preset")) == sorted(PRESETS)
    for name, (_, _, sizes, mask_and_epsilon) in zip(
        first_names("preset"), rows(PAGE, "preset"), strict=True
    ):
        config = PRESETS[name]
        assert sizes == f"{config.num_envs}, {config.updates_per_step:g}, {config.batch_size}"
        if mask_and_epsilon == "the default's":
            assert (config.mask, config.epsilon) == (MaskConfig(), EpsilonConfig())
        else:
            mask, epsilon = config.mask, config.epsilon
            assert mask_and_epsilon == (
                f"{mask.kind} ±{mask.width}, {epsilon.semantics}, "
                f"{epsilon.start:g} → {epsilon.end:g} in {epsilon.decay_steps:,} steps"
            )


def test_one_transition_passes_through_six_files_at_most():
    path = [(file.strip("`"), re.findall(r"`(.+?)`", functions)) for file, functions, _ in rows(PAGE, "file")]
    assert len(path) <= 6
    for file, functions in path:
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        assert functions
        for name in functions:
            found = module
            for part in name.split("."):
                found = getattr(found, part)
            assert found.__module__ == module.__name__, "where the reader is sent to"
    (line,) = re.findall(r"^One transition.*?^$", (ROOT / "CONTRIBUTING.md").read_text(), re.M | re.S)
    assert re.findall(r"`(\S+\.py)`", line) == [file.replace("categorical", "*") for file, _ in path]


def test_the_commands_are_possible():
    commands = re.findall(r"^    (camel-jax .*)$", PAGE.read_text(), re.MULTILINE)
    assert len(commands) > 3
    for command in commands:
        parsed = _parse(shlex.split(command)[1:])
        assert isinstance(parsed, Train)
        assert not parsed.config.problems(envs.spec(parsed.task).action_size if parsed.task else None)


def test_a_transition_takes_the_bytes_that_the_page_tells():
    (formula,) = re.findall(r"takes (4 · .*?) bytes", PAGE.read_text())
    sizes = {"observation": 11, "action": 3}
    example = loop_module._example(SimpleNamespace(**{f"{name}_size": n for name, n in sizes.items()}))
    expected = sum(leaf.nbytes for leaf in jax.tree.leaves(example))
    assert eval(formula.replace("·", "*"), sizes) == expected  # the project's own text


def test_every_file_that_the_page_names_exists():
    text = PAGE.read_text()
    for link in re.findall(r"\]\(([^):#]+)\)", text):
        assert (PAGE.parent / link).exists(), link
    for name in re.findall(r"`([\w/]+/\w+\.py)`", text):
        assert (ROOT / name).exists(), name


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, elsewhere(folder):
        shown = rendered(PAGE.read_text())
    PAGE.write_text(shown)
