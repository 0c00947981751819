"""Rows that tables and figures are made of belong to the settings that people run today."""

import dataclasses
import json
from pathlib import Path

import pytest

from camel_jax.run_claim import difference
from experiments import reproduce, tidy
from experiments.part import Variant
from experiments.settings import read_settings

FOLDER = Path(__file__).parents[2] / "experiments" / "results" / "reproduce"
FILES = sorted(FOLDER.glob("*.json"))
ENV_STEPS = 100_000


def test_all_committed_rows_have_their_settings():
    assert FILES
    assert [file.stem for file in FILES] == sorted(file.stem for file in FOLDER.glob("*.csv"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_committed_rows_are_of_the_presets_as_they_stand(file):
    """So that `reproduce` goes on with them, and no table compares settings that differ in secret."""
    there = json.loads(file.read_text())["settings"]
    variant, seeds = Variant(there["preset"], there["prior"]), tuple(there["seeds"])
    benchmark = reproduce.Benchmark(
        there["task"], (variant,), ENV_STEPS, seeds, folder=FOLDER, physics=there["engine"]
    )
    config = dataclasses.replace(read_settings(variant.preset), env_steps=ENV_STEPS)
    part = reproduce.make_part(benchmark, variant, config)
    assert difference(there, part.settings) is None
    assert part.csv == file.with_suffix(".csv")
    assert part.is_finished
    assert {row.seed for row in tidy.read(part.csv)} == {None, *part.seeds}
