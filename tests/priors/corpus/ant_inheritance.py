# observation_size=27 action_size=8
# Style: abstract base class, inheritance, super().__init__(), overridden hooks.
from abc import ABC, abstractmethod

import numpy as np


class BaseController(ABC):
    """Common machinery of all our controllers."""

    kp = 0.6
    kd = 0.05

    def __init__(self, action_dim: int):
        self.action_dim = action_dim
        self.t = 0
        self.prev = np.zeros(action_dim)

    def reset(self):
        self.t = 0
        self.prev = np.zeros(self.action_dim)

    @abstractmethod
    def targets(self, obs):
        """Joint targets at this step."""

    def smooth(self, action, alpha=0.7):
        self.prev = alpha * action + (1 - alpha) * self.prev
        return self.prev

    def act(self, obs):
        target = self.targets(obs)
        u = self.kp * (target - obs[5:13]) - self.kd * obs[19:27]
        self.t += 1
        return self.smooth(np.clip(u, -1, 1))


class AntWalk(BaseController):
    kp = 0.8

    def __init__(self):
        super().__init__(action_dim=8)
        self.omega = 2 * np.pi / 30

    def targets(self, obs):
        out = np.zeros(self.action_dim)
        for leg in range(4):
            phi = self.omega * self.t + leg * np.pi / 2
            out[2 * leg] = 0.4 * np.sin(phi)
            out[2 * leg + 1] = (1.0 if leg in (0, 3) else -1.0) * (0.8 + 0.2 * np.cos(phi))
        return out


policy = AntWalk()
