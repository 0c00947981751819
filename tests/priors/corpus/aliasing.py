# observation_size=4 action_size=4
import numpy as np


def scale_first(values, factor):
    values[0] *= factor
    return values


def policy(obs):
    a = [0.1, 0.2, 0.3, 0.4]
    b = a
    if obs[0] > 0:
        b[1] = obs[1]
    c = a[:]
    c[0] = 5.0
    scale_first(a, 3)
    arr = np.array(obs)
    view = arr[1:3]
    view[0] = 0.5
    view += 0.25
    grid = np.zeros((2, 2))
    row = grid[1]
    row[:] = obs[2]
    return [a[0] + grid.sum(), b[1], a[2] + arr[1] * 0.1, arr[2] * 0.1]
