# observation_size=8 action_size=8
import math

import numpy as np


def live(p):
    total = 0.0
    for k in p:
        p[1:] = 0.5
        total += k
    items = [1.0, 2.0, 3.0]
    for item in items:
        items[2] = 0.25
        total += item
    q, left, right = np.array([1.0, 2.0, 3.0]), [1.0, 2.0], [3.0, 4.0]
    for i, value in enumerate(q):
        q[2] = 0.125
        total += i * value
    for x, y in zip(left, right):
        left[1] = right[1] = 0.5
        total += x * y
    return total


def policy(obs):
    a = np.tanh(obs[2:5])
    a[[0, 2]] += 0.5 * obs[1]
    if obs[0] > 0:
        a[[0, 1]] *= 2.0
    table = {0: 1.0, 1: 2.0, 0.5: 3.0, "x": 4.0}
    i = int(obs[3] > 0)
    d = table.get(i, 7.0) + table.get(i + 1, -1.0) + (0.5 in table) + (0.25 in table) + int(i + 5 in table)
    gains = dict(zip(["hip", "knee"], [obs[5], 0.25]), m=1.0)
    gains = {**gains, **dict([("a", 0.5)])}
    b = [0.5, 0.25]
    c = [1.0, 2.0]
    if obs[0] > 0.25:
        c = [3.0, 4.0]
    c[0] = 9.0
    return [
        *a,
        d,
        gains["hip"] + gains["knee"] + gains["m"] + gains["a"],
        live(np.array([0.5, 1.5, obs[6]])),
        math.hypot(0, obs[0]) + float(obs[1].astype(int)) + np.inner(a, a) + b[0],
        c[0] + c[1] + int(obs[0] > 0) + int(obs[1] > 0),
    ]
