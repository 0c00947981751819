# observation_size=8 action_size=2
# Style: functional, NamedTuple state, `_replace`, (action, carry) in the manner of JAX users.
from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    phase: float
    bias: float
    count: int


def initial_state() -> State:
    return State(phase=0.0, bias=0.0, count=0)


def policy(obs, state: State):
    heading = obs[0]
    bias = 0.95 * state.bias - 0.05 * heading
    freq = np.where(state.count < 20, 0.5, 1.0)
    phase = state.phase + 0.2 * freq + 0.02 * np.tanh(obs[3])
    offsets = np.array([0.0, -1.3])
    target = 0.8 * np.sin(phase + offsets) + bias
    action = np.clip(1.1 * (target - obs[1:3]) - 0.1 * obs[6:8], -1.0, 1.0)
    state = state._replace(phase=phase, bias=bias, count=state.count + 1)
    return action, state
