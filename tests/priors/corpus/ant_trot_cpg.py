# observation_size=27 action_size=8
# Style: class with a phase clock integrated at each call, diagonal trot, yaw feedback from the quaternion.
import numpy as np


class AntTrotController:
    """Central pattern generator for Ant-v4 (diagonal legs move together)."""

    def __init__(self, frequency=1.6, dt=0.05):
        self.frequency = frequency
        self.dt = dt
        self.phase = 0.0
        # front-left, front-right, back-left, back-right
        self.leg_phase = np.array([0.0, np.pi, np.pi, 0.0])
        self.hip_sign = np.array([1.0, -1.0, 1.0, -1.0])
        self.ankle_sign = np.array([1.0, -1.0, -1.0, 1.0])

    def reset(self):
        self.phase = 0.0

    def get_yaw(self, quat):
        w, x, y, z = quat
        return np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))

    def get_action(self, obs):
        self.phase += 2 * np.pi * self.frequency * self.dt
        self.phase %= 2 * np.pi

        yaw = self.get_yaw(obs[1:5])
        q = obs[5:13]
        dq = obs[19:27]

        hips = 0.5 * np.sin(self.phase + self.leg_phase) * self.hip_sign
        ankles = (0.9 + 0.35 * np.cos(self.phase + self.leg_phase)) * self.ankle_sign

        # steer back to the x axis
        hips[0] -= 0.2 * yaw
        hips[2] -= 0.2 * yaw
        hips[1] += 0.2 * yaw
        hips[3] += 0.2 * yaw

        target = np.empty(8)
        target[0::2] = hips
        target[1::2] = ankles
        action = 0.8 * (target - q) - 0.05 * dq
        return np.clip(action, -1, 1)


controller = AntTrotController()


def policy(obs):
    return controller.get_action(obs)
