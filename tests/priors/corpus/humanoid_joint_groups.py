# observation_size=376 action_size=17
# Style: long tables by joint group, zip over slices, stepping gait with a class attribute counter; Humanoid-v4.
import numpy as np

JOINTS = [
    "abdomen_y", "abdomen_z", "abdomen_x",
    "right_hip_x", "right_hip_z", "right_hip_y", "right_knee",
    "left_hip_x", "left_hip_z", "left_hip_y", "left_knee",
    "right_shoulder1", "right_shoulder2", "right_elbow",
    "left_shoulder1", "left_shoulder2", "left_elbow",
]
INDEX = {name: i for i, name in enumerate(JOINTS)}
DEFAULT_GAIN = (0.3, 0.03)
GAINS = {"abdomen": (0.6, 0.06), "hip": (0.5, 0.05), "knee": (0.5, 0.04)}


def gain_of(name):
    for group, gain in GAINS.items():
        if group in name:
            return gain
    return DEFAULT_GAIN


class HumanoidPolicy:
    LIMIT = 0.4
    PERIOD = 50

    def __init__(self):
        self.count = 0

    def reset(self):
        self.count = 0

    def act(self, obs):
        quat, q = obs[1:5], obs[5:22]
        vel, dq = obs[22:28], obs[28:45]
        w, x, y, z = quat
        pitch = np.arcsin(np.clip(2 * (w * y - z * x), -1, 1))
        phase = 2 * np.pi * self.count / self.PERIOD
        self.count = (self.count + 1) % self.PERIOD

        target = dict.fromkeys(JOINTS, 0.0)
        target["abdomen_y"] = -0.5 * pitch
        for side, sign in (("right", 1.0), ("left", -1.0)):
            s = sign * np.sin(phase)
            target[f"{side}_hip_y"] = -0.2 - 0.4 * max(s, 0) - 0.3 * pitch
            target[side + "_knee"] = -0.3 - 0.5 * max(s, 0)
            target[f"{side}_shoulder1"] = -0.3 * s

        action = np.zeros(len(JOINTS))
        for name, goal in target.items():
            i = INDEX[name]
            kp, kd = gain_of(name)
            action[i] = kp * (goal - q[i]) - kd * dq[i]
        action[INDEX["abdomen_x"]] -= 0.1 * vel[3]
        return np.clip(action, -self.LIMIT, self.LIMIT) / self.LIMIT
