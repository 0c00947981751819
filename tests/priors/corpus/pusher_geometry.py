# observation_size=23 action_size=7
import numpy as np
from types import SimpleNamespace


def unpack(obs):
    return SimpleNamespace(
        q=obs[0:7], dq=obs[7:14],
        tip=obs[14:17], obj=obs[17:20], goal=obs[20:23],
    )


def unit(v, eps=1e-6):
    n = np.linalg.norm(v)
    return v / n if n > eps else np.zeros_like(v)


JAC = np.array([
    [-0.5, 0.3, 0.0, 0.2, 0.0, 0.1, 0.0],
    [0.6, 0.0, 0.2, -0.3, 0.0, 0.0, 0.0],
    [0.0, -0.7, 0.0, -0.5, 0.1, -0.3, 0.0],
])
PINV = JAC.T @ np.linalg.inv(JAC @ JAC.T + 0.01 * np.eye(3))
NULL = np.eye(7) - PINV @ JAC


def policy(obs):
    s = unpack(obs)
    push_dir = unit(s.goal - s.obj)
    behind = s.obj - 0.1 * push_dir
    behind[2] = s.tip[2]
    dist = np.linalg.norm(behind - s.tip)
    aligned = unit(s.obj - s.tip) @ push_dir
    if dist < 0.05 or aligned > 0.9:
        v = push_dir * min(1.0, 5 * np.linalg.norm(s.goal - s.obj))
    else:
        v = unit(behind - s.tip) * np.clip(4 * dist, 0, 1)
    dq_des = PINV @ v + NULL @ (-0.1 * s.q)
    tau = 1.5 * (dq_des - s.dq)
    return np.clip(tau, -2, 2)
