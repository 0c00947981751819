# observation_size=27 action_size=8
# Style: everything at class level (shared mutable class attributes), classmethods, no __init__.
import numpy as np


class AntPolicy:
    t = 0
    history = []
    gains = {"hip": 0.7, "ankle": 0.5}

    @classmethod
    def reset(cls):
        cls.t = 0
        cls.history = []

    @classmethod
    def phase(cls):
        return 2 * np.pi * (cls.t % 20) / 20

    def act(self, obs):
        AntPolicy.t += 1
        AntPolicy.history.append(obs[14])
        if len(AntPolicy.history) > 3:
            AntPolicy.history.pop(0)
        drift = sum(AntPolicy.history) / len(AntPolicy.history)

        s, c = np.sin(self.phase()), np.cos(self.phase())
        target = np.array([0.5 * s, 0.8 + 0.2 * c, 0.5 * s, -0.8 - 0.2 * c,
                           -0.5 * s, -0.8 + 0.2 * c, -0.5 * s, 0.8 - 0.2 * c])
        target[::2] -= 0.1 * drift
        kp = np.array([self.gains["hip"], self.gains["ankle"]] * 4)
        return np.clip(kp * (target - obs[5:13]) - 0.04 * obs[19:27], -1, 1)
