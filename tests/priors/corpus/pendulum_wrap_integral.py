# observation_size=3 action_size=1
# Style: angle bookkeeping over calls (unwrapping), while loops, mutable list default.
import numpy as np


def unwrap(new, old):
    d = new - old
    while d > np.pi:
        d -= 2 * np.pi
    while d < -np.pi:
        d += 2 * np.pi
    return old + d


def get_action(obs, _mem=[0.0, 0]):
    theta = np.arctan2(obs[1], obs[0])
    turns_angle = unwrap(theta, _mem[0])
    _mem[0] = turns_angle
    _mem[1] += 1
    turns = round(turns_angle / (2 * np.pi))
    err = turns_angle - 2 * np.pi * turns
    if abs(err) < 0.5:
        u = -4.0 * err - 1.0 * obs[2]
    else:
        u = 0.8 * np.sign(obs[2]) if obs[2] != 0 else 0.8
    u -= 0.05 * np.clip(turns, -5, 5)
    u *= min(1, _mem[1] / 10)
    return np.array([np.clip(u, -2, 2) / 2])
