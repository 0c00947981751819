# observation_size=17 action_size=6
# Style: numpy ring buffer with np.roll, delayed feedback, np.concatenate and axis reductions.
import numpy as np


class DelayedFeedbackPolicy:
    """Delayed joint feedback makes the legs oscillate on their own."""

    def __init__(self, delay=4):
        self.delay = delay
        self.buffer = np.zeros((delay, 6))
        self.n = 0

    def reset(self):
        self.buffer[:] = 0.0
        self.n = 0

    def act(self, obs):
        q = obs[2:8]
        self.buffer = np.roll(self.buffer, 1, axis=0)
        self.buffer[0] = q
        self.n = min(self.n + 1, self.delay)

        delayed = self.buffer[-1]
        mean = self.buffer.sum(axis=0) / max(self.n, 1)
        spread = self.buffer.max(axis=0) - self.buffer.min(axis=0)

        u_back = -0.8 * delayed[:3] + 0.3 * mean[:3]
        u_front = 0.8 * delayed[3:] - 0.3 * mean[3:]
        u = np.concatenate((u_back, u_front))
        u += 0.1 * np.sign(u) * (spread < 0.5)
        u -= 0.04 * obs[11:17]
        return np.clip(u, -1.0, 1.0)
