"""Run through a table of poses, each held for two steps, as a flip book of a gallop.

On this robot an action works much like a target angle, so a pose is a row of actions. Between the poses the springs
of the joints do the rest. The pitch of the torso shifts the thighs.
"""

import numpy as np

HOLD = 2  # steps per pose

# Back thigh, shin, foot, then front thigh, shin, foot.
REACH_BACK_LEG = (-1.467, -0.683, -0.1483, 0.4667, 0.1189, 0.2263)
PUSH_BACK_LEG = (0.5758, -0.5164, 0.6737, 0.225, -0.5821, -0.1833)
LIFT_BACK_LEG = (0.2667, 0.2481, 0.2713, -1.111, -1.019, -0.2658)
SWING_BACK_LEG = (-0.07865, -0.3802, 0.1441, 0.2197, 0.1037, 0.5499)

BACK_PER_PITCH = 0.2739
BACK_PER_PITCH_RATE = -0.007851
FRONT_PER_PITCH = 0.1652
FRONT_PER_PITCH_RATE = -0.07707


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
