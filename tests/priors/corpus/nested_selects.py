# observation_size=6 action_size=3
import numpy as np


def phase(h, vz):
    if h > 0.5:
        return "flight" if False else 2
    if vz < 0:
        return 1
    return 0


def policy(obs):
    p = phase(obs[0], obs[1])
    action = np.zeros(3, dtype=np.float32)
    if p == 2:
        action[0] = 0.3
    elif p == 1:
        action[1] = obs[2]
        if obs[3] > 0:
            action[:] = [0.1, 0.2, 0.3]
        elif obs[4] > 0:
            return action * 2
    else:
        action = np.ones(3) * obs[5]
    table = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    action[2] += table[p][1]
    return action
