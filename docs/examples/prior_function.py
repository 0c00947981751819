"""A prior of your own that is JAX already: an oscillator whose phase is its memory.

`docs/priors.md` explains it. As a program it prints what `priors.check` finds:

    python docs/examples/prior_function.py
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

import envs
import priors

STEP = 0.15  # rad: how far the phase goes each step
OFFSETS = jnp.array([0.0, 1.0, 2.0])  # rad: of hip, knee and ankle
PITCH = 1  # entry of the observation


def swing(phase: jax.Array, observation: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    """Bounds of the action around a swing of the joints that leans against the pitch.

    Args:
        phase: rad, a scalar; what the call before returned.
        observation: shape `(11,)`.

    Returns:
        The next phase, and `(low, high)`, shape `(3,)` each.
    """
    action = 0.4 * jnp.sin(phase + OFFSETS) - 0.5 * observation[PITCH]
    return (phase + STEP) % (2 * math.pi), (action - 0.1, action + 0.1)


PRIOR = priors.from_function(swing, observation_size=11, action_size=3, carry=0.0, name="swing")

if __name__ == "__main__":
    print(priors.check(PRIOR, envs.spec("hopper")))  # noqa: T201
