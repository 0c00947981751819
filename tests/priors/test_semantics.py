"""Small programs, each about one rule of Python: translated, they agree with CPython at every step."""

import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from priors.translate import translate

from .reference import load

PROGRAMS = {
    name: text
    for path in sorted((Path(__file__).parent / "semantics").glob("*.py"))
    for name, text in re.findall(r"^# (.+)\n((?:(?!# ).*\n)+)", path.read_text(), re.MULTILINE)
}
"""Each begins with a comment that names it."""

SIZE, EPISODES, STEPS = 4, 2, 40


def observations():
    """Numbers around those that programs compare with, shape `(EPISODES, STEPS, SIZE)`; some are whole."""
    rng = np.random.default_rng(0)
    values = 2 * rng.normal(size=(EPISODES, STEPS, SIZE))
    whole = rng.random(size=values.shape) < 0.2
    return np.where(whole, np.round(values), values).astype(np.float32)


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_agrees_with_cpython(text):
    sequences, begin = observations(), load(text, SIZE, 1)
    wanted = []
    for sequence in sequences:
        step = begin()
        wanted.append([step(observation.astype(np.float64)) for observation in sequence])
    prior = translate(text, observation_size=SIZE, action_size=1)

    def step(carry, observation):
        carry, low, high = prior.step(prior.parameters, carry, observation)
        return carry, jnp.stack([low, high])

    run = jax.jit(jax.vmap(lambda sequence: jax.lax.scan(step, prior.reset(), sequence)[1]))
    np.testing.assert_allclose(run(sequences), wanted, rtol=1e-5, atol=2e-6)
    assert np.ptp(wanted) > 0
