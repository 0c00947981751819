"""Returns over several steps: a window that turns steps into transitions of up to n steps."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import struct

from camel_jax.replay import Transition


class Window(struct.PyTreeNode):
    """The last n steps of every environment, the oldest first.

    Attributes:
        steps: leading axes `(n, num_envs)`.
        sound: which of them may be learned from, `(n, num_envs)`; none before the first steps are in.
        ended: which of them ended their episode, `(n, num_envs)`.
    """

    steps: Transition
    sound: jax.Array
    ended: jax.Array


def init_window(example: Transition, *, n: int, num_envs: int) -> Window:
    """A window without steps, for transitions like the unbatched `example`."""
    steps = jax.tree.map(lambda x: jnp.zeros((n, num_envs, *x.shape), x.dtype), example)
    return Window(steps, sound=jnp.zeros((n, num_envs), bool), ended=jnp.ones((n, num_envs), bool))


def push(
    window: Window, step: Transition, *, sound: jax.Array, ended: jax.Array
) -> tuple[Window, Transition, jax.Array]:
    """Add one step of every environment, and give the transitions that start at the oldest one.

    A transition covers the steps of the window up to the end of its episode, or to the last sound one:

        R = r_0 + gamma_0 r_1 + gamma_0 gamma_1 r_2 + ...,    discount = gamma_0 gamma_1 ... gamma_{m-1},

    and bootstraps from what its last step led to (Sutton, 1988; in soft actor-critic the entropy of the steps
    between is left out, as is usual). Every step starts one transition, n - 1 steps after it was taken.

    Args:
        window: what came before.
        step: leading axis `num_envs`.
        sound: which may be learned from, `(num_envs,)`.
        ended: which ended their episode, `(num_envs,)`.

    Returns:
        The window, the transitions with leading axis `num_envs`, and which of them are sound, `(num_envs,)`.
    """

    def shift(old: jax.Array, new: jax.Array) -> jax.Array:
        return jnp.concatenate([old[1:], new[None]])

    window = Window(
        steps=jax.tree.map(shift, window.steps, step),
        sound=shift(window.sound, sound),
        ended=shift(window.ended, ended),
    )
    first = jax.tree.map(lambda x: x[0], window.steps)
    reward, discount, going = first.reward, first.discount, ~window.ended[0]
    last = first
    for k in range(1, len(window.sound)):
        following = jax.tree.map(lambda x, k=k: x[k], window.steps)
        going &= window.sound[k]
        reward = reward + jnp.where(going, discount * following.reward, 0.0)
        discount = jnp.where(going, discount * following.discount, discount)
        last = jax.tree.map(lambda new, old, going=going: _where(going, new, old), following, last)
        going &= ~window.ended[k]
    transition = first._replace(
        reward=reward,
        discount=discount,
        next_observation=last.next_observation,
        next_suggestion=last.next_suggestion,
    )
    return window, transition, window.sound[0]


def _where(condition: jax.Array, new: jax.Array, old: jax.Array) -> jax.Array:
    return jnp.where(condition.reshape(condition.shape + (1,) * (new.ndim - condition.ndim)), new, old)
