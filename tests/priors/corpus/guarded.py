# observation_size=4 action_size=4
import math
import numpy as np


def policy(obs):
    x, y, z, w = obs
    root = math.sqrt(x) if x > 0 else 0.0
    if y != 0:
        inverse = 1.0 / y
    else:
        inverse = 0.0
    log = np.where(z > 0.1, np.log(np.maximum(z, 0.1)), -1.0)
    angle = math.asin(w) if -1 <= w <= 1 else math.copysign(math.pi / 2, w)
    return [root, inverse * 0.1, log, angle]
