# observation_size=11 action_size=3
# Style: `state=None` created on the first call, tuples unpacked and packed again.
import numpy as np


def policy(obs, state=None):
    if state is None:
        state = (0, 0.0, np.zeros(3))
    count, integral, prev = state

    pitch, pitch_rate = obs[1], obs[7]
    integral = np.clip(integral + 0.01 * pitch, -0.2, 0.2)
    thrust = 0.5 if (count // 12) % 2 == 0 else -0.3

    action = np.array([
        0.6 * pitch + 0.1 * pitch_rate + integral,
        thrust - 0.2 * obs[3],
        -0.5 * thrust - 0.2 * obs[4],
    ])
    action = np.clip(0.5 * action + 0.5 * prev, -1, 1)
    return action, (count + 1, integral, action)
