"""What a person is told while a run goes on."""

import dataclasses
import io

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


@pytest.mark.parametrize(("action", "ask_first"), [(-0.9, True), (0.9, True), (-0.9, False)])
def test_a_prior_that_is_let_go_of_at_the_start_is_told_once(action, ask_first):
    """It pays to act high, and random actions act in the middle."""
    env = Episode(Probe(lambda o, a: 1000.0 * (1.0 + a[0])), max_steps=10)
    prior = from_function(lambda o: jnp.full(1, action), observation_size=1, action_size=1)
    config, console = CONFIG, Console(file=io.StringIO(), width=400)
    if not ask_first:
        config = dataclasses.replace(CONFIG, epsilon=EpsilonConfig(ask_first=False))
    with ProgressReporter(config.total_env_steps, console) as progress:
        camel_jax.train(env, prior, config, seeds=[3, 5], on_report=progress.update)
    told = console.file.getvalue()
    if action > 0 or not ask_first:
        assert "worth no more" not in told
    else:
        assert told.count("the prior alone is worth no more than random actions (1,000 against ") == 1
        assert " with seed 3, 1,000 against " in told
        assert " with seed 5) and is not followed for a step; epsilon.ask_first=False follows it" in told
