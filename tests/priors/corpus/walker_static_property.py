# observation_size=17 action_size=6
# Style: @property, @staticmethod and class constants; balance by capture-point-like foot placement.
import numpy as np


class WalkerPolicy:
    KP = np.array([1.0, 0.8, 0.4, 1.0, 0.8, 0.4])
    KD = np.array([0.08, 0.06, 0.03, 0.08, 0.06, 0.03])
    STANCE = (0.05, -0.25, 0.10)
    SWING_TIME = 22
    target_speed = 1.25

    def __init__(self):
        self.swing_leg = 0
        self.counter = 0

    @property
    def stance_leg(self):
        return 1 - self.swing_leg

    @property
    def progress(self):
        return self.counter / self.SWING_TIME

    @staticmethod
    def capture_offset(vx, target):
        return np.clip(0.2 * (vx - target), -0.4, 0.4)

    @staticmethod
    def clamp(u):
        return np.clip(u, -1.0, 1.0)

    def reset(self):
        self.swing_leg = 0
        self.counter = 0

    def __call__(self, obs):
        self.counter += 1
        if self.counter >= self.SWING_TIME:
            self.counter = 0
            self.swing_leg = self.stance_leg

        q_des = np.zeros(6)
        sw, st = 3 * self.swing_leg, 3 * self.stance_leg
        lift = np.sin(np.pi * self.progress)
        q_des[sw] = 0.5 * self.progress + self.capture_offset(obs[8], self.target_speed)
        q_des[sw + 1] = -0.2 - 0.8 * lift
        q_des[sw + 2] = 0.2 * lift
        q_des[st : st + 3] = self.STANCE
        q_des[st] -= 0.4 * self.progress

        u = self.KP * (q_des - obs[2:8]) - self.KD * obs[11:17]
        u[st] += 0.6 * obs[1] + 0.08 * obs[10]
        return self.clamp(u)
