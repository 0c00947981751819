"""A hopping policy with memory, as a language model would write it: phases, a filter and a counter.

`docs/priors.md` shows what it becomes. Plain Python runs it, and so does `priors.translate`.
"""

import math

import numpy as np

GAINS = {"stance": (0.8, 0.1), "flight": (0.5, 0.05)}


class Policy:
    """Push off in stance; in flight, put the leg where the filtered speed asks for it."""

    def __init__(self, alpha=0.2):
        self.alpha = alpha
        self.phase = "flight"
        self.since = 0  # steps in this phase
        self.speed = None

    def act(self, obs):
        """Hip, knee and ankle torques in [-1, 1] for an observation of 11 entries."""
        height, pitch, pitch_rate = obs[0], obs[1], obs[7]
        if self.speed is None:
            self.speed = obs[5]
        self.speed += self.alpha * (obs[5] - self.speed)
        phase = "stance" if height < 1.2 else "flight"
        self.since = 0 if phase != self.phase else self.since + 1
        self.phase = phase
        kp, kd = GAINS[self.phase]
        hip = -kp * pitch - kd * pitch_rate
        if self.phase == "stance":
            return np.clip([hip, 0.1 * self.since, 0.3], -1.0, 1.0)
        lean = 0.3 * math.tanh(self.speed - 1.0)
        return np.clip([hip + lean, -0.2, 0.0], -1.0, 1.0)
