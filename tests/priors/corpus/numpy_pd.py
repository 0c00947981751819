# observation_size=17 action_size=6
from __future__ import annotations

import numpy as np
from typing import List

KP = np.array([2.0, 1.5, 1.0, 2.0, 1.5, 1.0])
KD = 0.1
TARGETS: List[float] = [0.2, -0.4, 0.1, -0.2, -0.4, 0.1]


def policy(obs: np.ndarray) -> np.ndarray:
    obs = np.asarray(obs, dtype=np.float32)
    q = obs[2:8]
    dq = obs[11:17]
    action = KP * (np.array(TARGETS) - q) - KD * dq
    lean = obs[1]
    action[0] += 0.5 * lean
    action[3:] -= 0.25 * lean
    return np.clip(action, -1.0, 1.0)
