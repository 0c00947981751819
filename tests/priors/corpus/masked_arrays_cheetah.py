# observation_size=17 action_size=6
import numpy as np

FRONT = np.array([False] * 3 + [True] * 3)
IDX = np.arange(6)


def policy(obs):
    q = obs[2:8].copy()
    qd = obs[11:17]
    fast = np.abs(qd) > 1.0
    u = np.zeros(6)
    u[FRONT] = -0.5 * q[FRONT]
    u[~FRONT] = -0.7 * q[~FRONT]
    u[fast] *= 0.5
    u[fast & FRONT] += 0.1
    u[np.logical_xor(fast, FRONT)] -= 0.05
    u -= 0.1 * np.where(q > 0, q, 0.5 * q)
    u[IDX % 2 == 0] += 0.1 * np.sin(obs[1])
    n_fast = np.count_nonzero(fast)
    if n_fast:
        u -= 0.02 * qd[fast].sum() / n_fast
    q[q < 0] = 0
    u += 0.05 * q
    u[np.argmax(np.abs(u))] *= 0.9
    return np.clip(u, -1, 1)
