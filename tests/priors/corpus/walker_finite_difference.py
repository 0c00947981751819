# observation_size=17 action_size=6
# Style: finite differences of the observation, low-pass filter, `self.prev is None`.
import numpy as np


class Policy(object):
    def __init__(self):
        self.prev_obs = None
        self.filtered = None
        self.alpha = 0.3

    def reset(self):
        self.prev_obs = None
        self.filtered = None

    def act(self, obs):
        obs = np.array(obs)
        if self.prev_obs is None:
            dobs = np.zeros_like(obs)
        else:
            dobs = (obs - self.prev_obs) / 0.008
        self.prev_obs = obs.copy()

        accel = dobs[8:10] * 0.01
        if self.filtered is None:
            self.filtered = accel
        else:
            self.filtered = (1 - self.alpha) * self.filtered + self.alpha * accel

        ax, az = self.filtered
        hips = np.array([-0.3, 0.3]) * np.tanh(ax) - 0.5 * obs[[2, 5]]
        knees = -0.4 * np.tanh(az) - 0.4 * obs[[3, 6]] - 0.2
        ankles = 0.2 * obs[1] - 0.3 * obs[[4, 7]]
        action = np.stack([hips, knees, ankles], axis=1).ravel()
        return np.clip(action, -1, 1)
