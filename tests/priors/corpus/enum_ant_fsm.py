# observation_size=27 action_size=8
from collections import deque
from enum import IntEnum

import numpy as np


class Gait(IntEnum):
    STAND = 0
    TROT = 1
    RECOVER = 2


TRANSITIONS = {
    Gait.STAND: lambda s: Gait.TROT if s["t"] > 20 else Gait.STAND,
    Gait.TROT: lambda s: Gait.RECOVER if s["up"] < 0.3 else Gait.TROT,
    Gait.RECOVER: lambda s: Gait.STAND if s["up"] > 0.6 else Gait.RECOVER,
}


class AntPolicy:
    HIPS = [0, 2, 4, 6]
    ANKLES = [1, 3, 5, 7]

    def __init__(self, history=4):
        self.history = deque(maxlen=history)
        self.reset()

    def reset(self):
        self.mode = Gait.STAND
        self.t = 0
        self.history.clear()

    def smoothed(self, qd):
        self.history.append(qd)
        return sum(self.history) / len(self.history)

    def get_action(self, obs):
        w, x, y, z = obs[1:5]
        up = 1 - 2 * (x * x + y * y)
        q, qd = obs[5:13], obs[19:27]
        qd = self.smoothed(qd)
        self.mode = TRANSITIONS[self.mode]({"t": self.t, "up": up})
        target = np.zeros(8)
        target[self.ANKLES] = [1.0, -1.0, -1.0, 1.0]
        if self.mode == Gait.TROT:
            phase = 0.25 * self.t
            diag = np.array([1, -1, 1, -1])
            target[self.HIPS] = 0.5 * np.sin(phase) * diag
            target[self.ANKLES] += 0.2 * np.cos(phase + np.pi * (diag < 0))
        elif self.mode == Gait.RECOVER:
            target[::2] = np.sign(up) * 0.3
        self.t += 1
        return np.clip(1.0 * (target - q) - 0.1 * qd, -1.0, 1.0)
