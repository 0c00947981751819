"""Hostile texts: each is refused, quickly, in little memory, and nothing of it ever runs."""

import random
import resource
import time
from contextlib import contextmanager

import jax.numpy as jnp
import pytest

from priors.translate import PriorError, translate

from . import fuzz
from .attacks import ATTACKS, CHEAP, body

SECONDS = 5.0
"""Of processor time: what gets past the budgets of `limits.py` takes minutes. They are meant for one second
on a machine of its own; a slower one, with its other core at work, took two."""

MEGABYTES = 200


@contextmanager
def budget():
    """What a text may cost; one that hangs is interrupted."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with fuzz.limited():
        yield
    assert time.process_time() - start < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


@pytest.fixture(scope="module", autouse=True)
def _warm():
    # The first translation imports parts of JAX.
    translate(body(), observation_size=4, action_size=1)


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_hostile_texts_are_refused(text, tmp_path):
    canary = tmp_path / "canary"
    if isinstance(text, str):
        text = text.replace("{canary}", str(canary))
    with budget(), pytest.raises(PriorError) as caught:
        translate(text, observation_size=4, action_size=1)
    assert not canary.exists()
    assert not list(tmp_path.iterdir())
    error = caught.value
    assert fuzz.INTERNAL not in error.message
    assert error.message
    assert len(str(error)) < 15_000
    assert error.for_prompt()


@pytest.mark.parametrize("text", CHEAP.values(), ids=CHEAP)
def test_large_texts_are_cheap(text):
    with budget():
        fault = fuzz.fault(fuzz.Seed("", text, 4, 1), SECONDS)
    assert not fault


def test_mutants_of_the_corpus_are_translated_or_refused():
    rng, corpus = random.Random(0), fuzz.seeds()
    mutants = [fuzz.mutant(rng, corpus) for _ in range(300)]
    faults = [(problem, mutant.text) for mutant in mutants if (problem := fuzz.fault(mutant, SECONDS))]
    assert not faults


def test_what_looks_dangerous_and_is_not():
    text = """
import os, sys
import gymnasium as gym
from collections import deque
def policy(obs):
    "__import__('os').system('true')"
    return [obs[0]]
"""
    prior = translate(text, observation_size=4, action_size=1)
    assert prior((), jnp.array([0.5, 0, 0, 0]))[1].low == 0.5


def test_the_budgets_leave_room():
    lines = [f"x{i} = np.tanh(obs[{i % 4}] * 0.{i + 1} + {i}) if obs[1] > {i} else 0.0" for i in range(150)]
    text = "import numpy as np\n" + body(*lines).replace("[0.0]", "[x3 + x149]")
    translate(text, observation_size=4, action_size=1)
