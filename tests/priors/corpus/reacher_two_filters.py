# observation_size=11 action_size=2
# Style: factory of filters with nonlocal, composition of closures, target remembered and averaged.
import numpy as np


def low_pass(alpha, start=None):
    value = start

    def filt(x):
        nonlocal value
        value = x if value is None else alpha * x + (1 - alpha) * value
        return value

    return filt


def slew(limit):
    last = np.zeros(2)

    def limited(u):
        nonlocal last
        last = last + np.clip(u - last, -limit, limit)
        return last

    return limited


target_filter = low_pass(0.2)
velocity_filter = low_pass(0.5, np.zeros(2))
rate_limit = slew(0.25)


def policy(obs):
    target = target_filter(obs[4:6])
    velocity = velocity_filter(obs[6:8])
    q1 = np.arctan2(obs[2], obs[0])
    want = np.arctan2(target[1], target[0])
    err = (want - q1 + np.pi) % (2 * np.pi) - np.pi
    reach = np.linalg.norm(target)
    elbow = np.arccos(np.clip(1.0 - 0.5 * reach, -1, 1)) - np.arctan2(obs[3], obs[1])
    u = np.array([0.4 * err, 0.3 * np.sin(elbow)]) - 0.1 * velocity
    return np.clip(rate_limit(u), -1, 1)
