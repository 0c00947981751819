"""Programs as language models write them: translated, they agree with CPython and NumPy at every step."""

import functools
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from priors.prior import FunctionPrior
from priors.translate import translate

from .reference import load

CORPUS = sorted(
    path for path in (Path(__file__).parent / "corpus").iterdir() if path.suffix in (".py", ".md")
)

STATELESS, EPISODES, STEPS = 1000, 3, 300


def sizes(path: Path) -> dict[str, int]:
    found = re.search(r"observation_size=(\d+) action_size=(\d+)", path.read_text())
    return {"observation_size": int(found[1]), "action_size": int(found[2])}


@functools.cache
def translated(path: Path) -> FunctionPrior:
    return translate(path.read_text(), **sizes(path), name=path.stem)


def remembers(prior: FunctionPrior) -> bool:
    return bool(jax.tree.leaves(prior.reset()))


def sampled(episodes: int, steps: int, size: int) -> np.ndarray:
    """Float32 observations, shape `(episodes, steps, size)`: in every second episode slow, as robots are.

    Some of the others are zero, and some ten times as large.
    """
    rng = np.random.default_rng(0)
    values = rng.normal(size=(episodes, steps, size))
    for step in range(1, steps):
        values[1::2, step] = 0.95 * values[1::2, step - 1] + 0.3 * values[1::2, step]
    kind = rng.choice([0.0, 1.0, 10.0], p=[0.04, 0.92, 0.04], size=(episodes, steps, 1))
    kind[1::2] = 1.0
    kind[0, 0] = 0.0
    return (kind * values).astype(np.float32)


def expected(path: Path, observations: np.ndarray) -> np.ndarray:
    """Bounds by CPython in double precision, shape `(episodes, steps, 2, action_size)`."""
    start = load(path.read_text(), **sizes(path))
    episodes = []
    for sequence in observations:
        step = start()
        episodes.append([step(observation.astype(np.float64)) for observation in sequence])
    return np.array(episodes)


def computed(prior: FunctionPrior, observations: np.ndarray) -> np.ndarray:
    """Bounds by the translated program, in the shape of `expected`."""

    def step(carry, observation):
        carry, low, high = prior.step(prior.parameters, carry, observation)
        return carry, jnp.stack([low, high])

    def episode(sequence):
        if not remembers(prior):
            return jax.vmap(lambda observation: step((), observation)[1])(sequence)
        return jax.lax.scan(step, prior.reset(), sequence)[1]

    return np.asarray(jax.jit(jax.vmap(episode))(observations), np.float64)


def test_the_corpus_is_large():
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_parity_with_cpython(path):
    prior = translated(path)
    # Without memory all steps are one sequence, so that a memory that went unnoticed would show.
    shape = (EPISODES, STEPS) if remembers(prior) else (1, STATELESS)
    observations = sampled(*shape, prior.observation_size)
    wanted = expected(path, observations)
    np.testing.assert_allclose(computed(prior, observations), wanted, rtol=1e-5, atol=2e-6)
    assert np.ptp(wanted, axis=(0, 1)).max() > 1e-3


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_gradients_are_finite(path):
    prior = translated(path)
    observations = sampled(2, 50, prior.observation_size).reshape(100, -1)
    # At zero a norm or an angle has no gradient in the observation.
    observations = observations[observations.any(axis=1)]

    def total(parameters, observation):
        _, low, high = prior.step(parameters, prior.start(parameters), observation)
        return jnp.sum(low + high)

    # A loop compiles faster than one large batch.
    gradients = jax.jit(lambda p, batch: jax.lax.map(lambda o: jax.grad(total, argnums=(0, 1))(p, o), batch))(
        prior.parameters, observations
    )
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))
