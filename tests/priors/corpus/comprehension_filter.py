# observation_size=9 action_size=3
import numpy as np


def policy(o):
    joints = [j for j in range(9) if j % 3 != 1]
    grid = [[o[3 * r + c] for c in range(3)] for r in range(3)]
    diag = [grid[i][i] for i in range(3)]
    weights = {k: 0.1 * k for k in joints}
    s = sum([weights[k] * o[k] for k in joints])
    pos = [max(v, 0) for v in diag]
    pairs = [(a - b) / 2 for a, b in zip(diag, reversed(pos))]
    lows = sorted(o[:4])
    return np.tanh([s * 0.1 + lows[1] * 0.2, pairs[0] - pairs[-1], np.prod(diag) * 0.1])
