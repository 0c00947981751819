# observation_size=4 action_size=4
import math
import numpy as np


def policy(obs):
    x, y, z, w = obs
    a = x**2 - y**3.0 + 0.1 * z**2 * w
    b = (abs(w) + 0.1) ** 0.5 + (1 + x * x) ** -1
    c = math.exp(-(y**2)) + np.power(z, 2) + math.pow(abs(x), 1.5) * 2.5e-1
    d = 2 ** (x) + np.square(obs).sum() ** 0.5
    return np.array([a, b, c, d]) * 0.1
