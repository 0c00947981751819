"""Every mask with every semantics of epsilon and every algorithm, trained for a short while.

All masks and semantics of an algorithm are one program that switches between them, batched over the choices:
compiling each for itself would take most of an hour.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import ClipMask, DistributionalMask, GeneratorMask, TrainConfig
from camel_jax.loop import make_init, make_parts, make_prefill
from camel_jax.phases import make_collect, make_update
from camel_jax.semantics import SEMANTICS, Interpolate
from envs import Episode
from experiments.bench.probes import LEARNERS, ProbeZoo
from priors import from_function

SUGGESTION, WIDTH = 0.3, 0.2


class Plain(GeneratorMask):
    """The plain agent: whatever is suggested and however tight the grip."""

    def interval(self, suggestion, grip):
        return super().interval(suggestion, 0.0 * grip)


MASKS = (GeneratorMask(WIDTH), DistributionalMask(WIDTH), ClipMask(WIDTH), Plain())
MEANINGS = tuple(kind() for kind in SEMANTICS.values())
CHOICES = [(mask, meaning) for mask in range(3) for meaning in range(3)] + [(3, 0)]
NAMES = [f"{type(MASKS[m]).__name__}-{type(MEANINGS[s]).__name__}" for m, s in CHOICES]
ITERATIONS = 40
CONFIG = TrainConfig(
    env_steps=2_000, num_envs=4, warmup_steps=40, batch_size=16, discount=0.8, updates_per_step=0.5
)


class Switched:
    """One of several objects, chosen by a traced index."""

    def __init__(self, choices, index):
        self._choices, self._index = choices, index

    def __getattr__(self, name):
        def call(*arguments):
            branches = [lambda args, choice=choice: getattr(choice, name)(*args) for choice in self._choices]
            return jax.lax.switch(self._index, branches, arguments)

        return call


@pytest.fixture(scope="module", params=LEARNERS)
def trained(request):
    """Learners before and after, and the actions taken, by (choice, epsilon)."""
    env = Episode(ProbeZoo(), 8)
    prior = from_function(lambda o: jnp.full(1, SUGGESTION), observation_size=6, action_size=1)

    def train(mask, meaning, epsilon):
        config = dataclasses.replace(CONFIG, algorithm=LEARNERS[request.param])
        mask = Switched(MASKS, mask)
        parts = make_parts(env, prior, config, mask=mask, epsilon=lambda step: epsilon)
        parts = parts._replace(semantics=Switched(MEANINGS, meaning))
        start = make_init(parts, env)(jnp.asarray(0))
        collect, update = make_collect(parts, warmup=False), make_update(parts)

        def iteration(state, _):
            state, steps = collect(state)
            state, metrics = update(state)
            return state, (steps, metrics)

        state, (steps, metrics) = jax.lax.scan(iteration, make_prefill(parts)(start), length=ITERATIONS)
        taken = state.buffer.rows[:192, ProbeZoo.PLACES]
        return start.learner, state.learner, taken, steps["mask/share"], metrics

    grid = [(m, s, e) for e in (0.0, 0.5, 1.0) for m, s in CHOICES]
    masks, meanings, epsilons = (jnp.asarray(column) for column in zip(*grid, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        # Custom batching takes no function that closes over the switch.
        patch.setattr("camel_jax.phases.per_seed", lambda function: function)
        result = jax.device_get(jax.jit(jax.vmap(train))(masks, meanings, epsilons))
    n = len(CHOICES)
    return {
        e: jax.tree.map(lambda x, i=i: x[i * n : (i + 1) * n], result) for i, e in enumerate((0.0, 0.5, 1.0))
    }


def test_without_epsilon_each_is_the_plain_agent_bit_for_bit(trained):
    _, learner, taken, share, _ = trained[0.0]
    for leaf in jax.tree.leaves((learner, taken)):
        for index, name in enumerate(NAMES):
            np.testing.assert_array_equal(leaf[index], leaf[-1], err_msg=name)
    assert (share == 0).all()


def test_at_full_grip_every_action_lies_inside_the_mask(trained):
    _, _, taken, share, _ = trained[1.0]
    masked = taken[:-1]
    assert (np.abs(masked - SUGGESTION) <= WIDTH + 1e-6).all()
    assert (share[:-1] == 1).all()
    assert np.abs(taken[-1] - SUGGESTION).max() > WIDTH


def test_half_way_the_semantics_differ_as_they_say(trained):
    _, _, taken, share, _ = trained[0.5]
    outside = np.abs(taken - SUGGESTION) > WIDTH + 1e-6
    for (mask, meaning), taken_share, escaped in zip(CHOICES[:-1], share, outside, strict=False):
        if type(MEANINGS[meaning]) is Interpolate:
            assert (taken_share == 1).all()
            # Half of the way from the prior's bounds to the full range.
            assert (np.abs(taken[mask * 3] - 0.5 * SUGGESTION) <= 0.5 * WIDTH + 0.5 + 1e-6).all()
        else:
            assert 0.3 < taken_share.mean() < 0.7
            assert escaped.any()


def test_each_learns_and_stays_finite(trained):
    for start, learner, _, _, metrics in trained.values():
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(learner))
        assert np.isfinite(metrics["critic/loss"]).all()
        moved = [
            (a != b).reshape(len(CHOICES), -1).any(1)
            for a, b in zip(jax.tree.leaves(start.actor), jax.tree.leaves(learner.actor), strict=True)
        ]
        assert np.stack(moved).any(0).all()
