"""What a person is told while a run goes on."""

import dataclasses
import io
import re

import jax.numpy as jnp
import pytest
from rich.console import Console

import camel_jax
from camel_jax import EpsilonConfig, SACConfig, TrainConfig, TwinConfig
from envs import Episode
from experiments.progress import ProgressReporter
from priors import from_function
from probes import Probe

CONFIG = TrainConfig(
    env_steps=200,
    num_envs=4,
    warmup_steps=8,
    report_every=96,
    batch_size=4,
    evaluation_episodes=2,
    algorithm=SACConfig(hidden=(8,), critic=TwinConfig(hidden=(8,))),
)
ADVICE = "; --epsilon.no-ask-first (epsilon.ask_first=False) follows it all the same"


@pytest.mark.parametrize(
    ("action", "epsilon", "advice"),
    [
        (-0.9, EpsilonConfig(), ADVICE),
        (-0.9, EpsilonConfig(adapt="return"), ""),
        (-0.9, EpsilonConfig(ask_first=False), None),
        (0.9, EpsilonConfig(), None),
    ],
)
def test_a_prior_that_is_let_go_of_at_the_start_is_told_once(action, epsilon, advice):
    """It pays to act high, and random actions act in the middle."""
    env = Episode(Probe(lambda o, a: 1000.0 * (1.0 + a[0])), max_steps=10)
    prior = from_function(lambda o: jnp.full(1, action), observation_size=1, action_size=1)
    config, console = dataclasses.replace(CONFIG, epsilon=epsilon), Console(file=io.StringIO(), width=400)
    with ProgressReporter(config.total_env_steps, console) as progress:
        camel_jax.train(env, prior, config, seeds=[3, 5], on_report=progress.update)
    told = console.file.getvalue()
    seeds = r"1,000 against \d+,\d{3} with seed 3, 1,000 against \d+,\d{3} with seed 5"
    notice = (
        rf"the prior alone is worth no more than random actions \({seeds}\) and is not followed for a step"
        rf"{re.escape(advice or '')}\n"
    )
    assert len(re.findall(notice, told)) == (advice is not None)
    assert ("worth no more" in told) == (advice is not None)
