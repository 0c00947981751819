# observation_size=5 action_size=2
import numpy as np

USE_TANH = True
N = 3.0
DT = 0.002
SCALE = 1 / (10 * DT)
WEIGHTS = np.linspace(0, 1, 5)
if USE_TANH and SCALE > 10.0:
    LIMIT = 0.75
else:
    LIMIT = 0.5


def policy(obs):
    if not USE_TANH:
        raise ValueError("never")
    total = 0.0
    for i in range(int(N)):
        total += WEIGHTS[i] * obs[i]
    half = len(obs) // 2
    rest = np.zeros(half) + obs[half : 2 * half]
    out = np.full(2, fill_value=LIMIT)
    out[1] = np.tanh(total) * LIMIT
    return out - np.deg2rad(30) * rest
