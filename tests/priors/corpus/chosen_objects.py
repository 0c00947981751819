# observation_size=4 action_size=8
# Names that hold one of several objects: changing it changes that object for everyone who holds it.
import numpy as np


def swap(x, obs):
    if obs[0] > 0:
        x = [3.0, 4.0]
    x[0] = 9.0


def early(o):
    x = [0.0]
    if o > 0:
        return x
    x[0] = 0.5
    return x


def policy(obs):
    a, b = [1.0, 2.0], [3.0, 4.0]
    c = a if obs[0] > 0 else b
    c[0] = 5.0
    grid = np.zeros((2, 2))
    row = grid[0 if obs[1] > 0 else 1]
    row[0] = 5.0
    d = [1.0, 2.0]
    e = d
    if obs[0] > 0:
        d = [3.0, 4.0]
    d[0] = 9.0
    view = np.ones(2)
    part = view[:1]
    if obs[2] > 0:
        view = obs[:2] * 2
    view[0] = 9.0
    given = [1.0, 2.0]
    swap(given, obs)
    mixed = [1.0] if obs[3] > 0 else 2.0
    if obs[3] > 0:
        mixed = mixed[0] + 0.5
    return np.array([a[0], b[0], grid[0, 0], d[1], e[0], part[0], given[0], early(obs[1])[0] + mixed]) / 10
