"""Run through a table of poses, each held for two steps, as a flip book of a gallop.

On this robot an action works much like a target angle, so a pose is a row of actions. Between the poses the springs
of the joints do the rest. The pitch of the torso shifts the thighs.
"""

import numpy as np

HOLD = 2  # steps per pose

# Back thigh, shin, foot, then front thigh, shin, foot.
REACH_BACK_LEG = (-0.8, -0.6, -0.4, 0.6, 0.4, 0.3)
PUSH_BACK_LEG = (0.6, -0.4, 0.5, 0.2, -0.4, -0.2)
LIFT_BACK_LEG = (0.8, 0.6, 0.5, -0.8, -0.5, -0.3)
SWING_BACK_LEG = (-0.2, 0.8, 0.0, 0.0, 0.4, 0.3)

BACK_PER_PITCH = 0.3
BACK_PER_PITCH_RATE = 0.05
FRONT_PER_PITCH = -0.3
FRONT_PER_PITCH_RATE = -0.05


class FlipBook:
    """Counts the steps and shows the poses in turn."""

    def __init__(self):
        self.count = 0

    def act(self, obs):
        pose = (self.count // HOLD) % 4
        self.count += 1
        poses = (REACH_BACK_LEG, PUSH_BACK_LEG, LIFT_BACK_LEG, SWING_BACK_LEG)
        action = np.array(poses[pose])
        pitch, pitch_rate = obs[1], obs[10]
        action[0] += BACK_PER_PITCH * pitch + BACK_PER_PITCH_RATE * pitch_rate
        action[3] += FRONT_PER_PITCH * pitch + FRONT_PER_PITCH_RATE * pitch_rate
        return np.clip(action, -1.0, 1.0)
