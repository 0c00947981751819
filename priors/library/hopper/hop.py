"""Hop forward, with the ankle as the engine and the hip and knee as the springs that carry the body.

Every joint is driven towards a target angle by a PD servo. The targets lean on the torso's motion, so the
phases of a hop follow from the observation alone:

- falling: the climb rate is negative, so the ankle lifts the toes and cocks the foot for the landing;
- landing: the torso sinks and moves fast, so the ankle's target drops and the foot begins to push;
- thrust: the climb rate turns positive, and the foot pushes off with full torque;
- flight: the torso is high and slows down, so the toes come up again.

Hip and knee hold the leg bent and swing it with the torso's pitch, which keeps the torso upright.
"""

import numpy as np

# The gait that the feedback is centred on.
CRUISE_SPEED = 1.47  # m/s
HOP_HEIGHT = 1.26  # m

# Hip: target angle, and how it follows the torso.
HIP_ANGLE = -0.771
HIP_PER_PITCH = -6.04
HIP_PER_HEIGHT = 0.7
HIP_STIFFNESS = 1.31
HIP_DAMPING = 0.202

# Knee: bends further when the robot runs too fast or the torso is tipping forward.
KNEE_ANGLE = -0.486
KNEE_PER_PITCH = 0.604
KNEE_PER_PITCH_RATE = -0.19
KNEE_PER_SPEED = -0.196
KNEE_PER_HEIGHT = 0.562
KNEE_STIFFNESS = 1.41
KNEE_DAMPING = 0.172

# Ankle: stiff, so that it works almost as a switch between "toes up" and "push off".
ANKLE_ANGLE = 0.603
ANKLE_PER_PITCH = 0.83
ANKLE_PER_PITCH_RATE = -0.114
ANKLE_PER_SPEED = -0.801
ANKLE_PER_CLIMB = -0.386
ANKLE_PER_HEIGHT = 1.16
ANKLE_STIFFNESS = 5.66
ANKLE_DAMPING = 0.101


def servo(target, angle, rate, stiffness, damping):
    """Torque in [-1, 1] that pulls a joint towards its target angle."""
    return np.clip(stiffness * (target - angle) - damping * rate, -1.0, 1.0)


def policy(obs):
    height, pitch, hip, knee, ankle, speed, climb, pitch_rate, hip_rate, knee_rate, ankle_rate = obs
    too_fast = speed - CRUISE_SPEED
    too_high = height - HOP_HEIGHT

    hip_target = HIP_ANGLE + HIP_PER_PITCH * pitch + HIP_PER_HEIGHT * too_high
    knee_target = (
        KNEE_ANGLE
        + KNEE_PER_PITCH * pitch
        + KNEE_PER_PITCH_RATE * pitch_rate
        + KNEE_PER_SPEED * too_fast
        + KNEE_PER_HEIGHT * too_high
    )
    ankle_target = (
        ANKLE_ANGLE
        + ANKLE_PER_PITCH * pitch
        + ANKLE_PER_PITCH_RATE * pitch_rate
        + ANKLE_PER_SPEED * too_fast
        + ANKLE_PER_CLIMB * climb
        + ANKLE_PER_HEIGHT * too_high
    )

    return np.array(
        [
            servo(hip_target, hip, hip_rate, HIP_STIFFNESS, HIP_DAMPING),
            servo(knee_target, knee, knee_rate, KNEE_STIFFNESS, KNEE_DAMPING),
            servo(ankle_target, ankle, ankle_rate, ANKLE_STIFFNESS, ANKLE_DAMPING),
        ]
    )
