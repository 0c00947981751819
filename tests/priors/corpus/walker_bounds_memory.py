# observation_size=17 action_size=6
# Style: returns (low, high) bounds whose width depends on a remembered confidence.
import numpy as np


class BoundedWalker:
    """The surer we are of the posture, the narrower the interval."""

    def __init__(self, dt=0.008, freq=1.2):
        self.dt = dt
        self.freq = freq
        self.clock = 0.0
        self.confidence = 0.5

    def act(self, obs):
        upright = abs(obs[1]) < 0.5 and obs[0] > 0.8
        self.confidence += 0.05 * ((1.0 if upright else 0.0) - self.confidence)
        self.clock += self.dt * self.freq
        if self.clock >= 1.0:
            self.clock -= 1.0

        s = np.sin(2 * np.pi * self.clock)
        centre = np.array([0.4 * s, -0.3 - 0.2 * s, 0.1, -0.4 * s, -0.3 + 0.2 * s, 0.1])
        centre = centre - 0.4 * obs[2:8] - 0.04 * obs[11:17]
        centre[::3] += 0.3 * obs[1]
        width = np.array([0.15, 0.2, 0.25] * 2) * (1.5 - self.confidence)

        low = np.clip(centre - width, -1.0, 1.0)
        high = np.clip(centre + width, -1.0, 1.0)
        return low, high
