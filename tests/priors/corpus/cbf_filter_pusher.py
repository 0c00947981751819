# observation_size=23 action_size=7
"""Nominal controller + closed-form control-barrier-function safety filter."""
import numpy as np

LIMITS = np.array([
    (-2.28, 1.71), (-0.52, 1.39), (-1.5, 1.7), (-2.32, 0.0), (-1.5, 1.5), (-1.09, 0.0), (-1.5, 1.5),
])
LOWER, UPPER = LIMITS.T
MID, HALF = LIMITS.mean(axis=1), np.ptp(LIMITS, axis=1) / 2
GAMMA = 4.0


def nominal(q, qd, tip, obj, goal):
    rel = np.hstack([obj - tip, goal - obj])
    W = np.array([[np.cos(i * 1.1 + j * 0.7) for j in range(6)] for i in range(7)])
    return W @ rel - 0.2 * qd


def barrier(q, qd):
    h_lo, h_hi = q - LOWER, UPPER - q
    u_min = -GAMMA * h_lo - qd
    u_max = GAMMA * h_hi - qd
    return np.minimum(u_min, u_max), np.maximum(u_min, u_max)


def policy(obs):
    q, qd, tip, obj, goal = np.split(obs, [7, 14, 17, 20])
    u = nominal(q, qd, tip, obj, goal)
    lo, hi = barrier(q, qd)
    u = np.clip(u, lo, hi)
    centred = (q - MID) / HALF
    outside = np.abs(centred) > 1
    u[outside] -= np.sign(centred[outside]) * 0.5
    if outside.sum() >= 3:
        u *= 0.5
    return np.clip(u, -2, 2)
