# observation_size=4 action_size=3
import numpy as np


def pick(rows, i):
    return rows[i]


def policy(obs):
    if obs[0] > 0:
        a, grid = [0.1, 0.2, 0.3], np.zeros((2, 3))
    else:
        a, grid = [obs[1], 0.5, 0.6], np.ones((2, 3)) * obs[2]
    if obs[1] > 0:
        a[0] = 0.9
        row = grid[1]
        row[1] = obs[3]
    nested = [[0, 0], [1, 1]] if obs[2] > 0 else [[2, 2], [3, 3]]
    if obs[3] > 0:
        pick(nested, 1)[0] += 7
        obs[0] = 3
        inner = obs[1:3]
        inner[0] += 1
    for i in range(2):
        if obs[i] > 0.5:
            continue
        grid[i] += a[i]
        if obs[2] < 0:
            break
    return np.array(a) + grid.sum(axis=0) + [nested[1][0], obs[0], obs[1]]
