# observation_size=11 action_size=3
# Style: deque histories with maxlen, moving averages, velocity trend.
from collections import deque

import numpy as np


class Policy:
    WINDOW = 5

    def __init__(self):
        self.reset()

    def reset(self):
        self.heights = deque(maxlen=self.WINDOW)
        self.velocities = deque([0.0, 0.0, 0.0], maxlen=3)
        self.actions = deque(maxlen=2)

    def is_ascending(self):
        if len(self.heights) < 2:
            return False
        return self.heights[-1] > self.heights[0]

    def act(self, obs):
        self.heights.append(obs[0])
        self.velocities.append(float(obs[5]))
        mean_height = sum(self.heights) / len(self.heights)
        smooth_vx = np.mean(self.velocities)

        if self.is_ascending():
            target = np.array([0.1, -0.5, 0.1])
        else:
            target = np.array([-0.2, -0.2, 0.3])
        target[0] += 0.15 * (smooth_vx - 1.0)
        target[1] += 0.2 * (1.2 - mean_height)

        u = 0.8 * (target - obs[2:5]) - 0.05 * obs[8:11]
        if len(self.actions) == 2:
            u = 0.5 * u + 0.3 * self.actions[-1] + 0.2 * self.actions[0]
        u = np.clip(u, -1.0, 1.0)
        self.actions.append(u)
        return u
