"""Hop forward on both legs at once, as if the two were one leg.

Every joint is driven towards a target angle by a PD servo, with the same targets for the right and the left leg.
The targets lean on the torso's motion, so the phases of a hop follow from the observation alone:

- falling: the climb rate is negative, so the ankles lift the toes and cock the feet for the landing;
- thrust: the climb rate turns positive, and the feet push off with full torque;
- flight: the torso is high and slows down, so the toes come up again.

Hips and knees hold the legs bent and swing them with the torso's pitch, which keeps the torso upright.
"""


import numpy as np

# The gait that the feedback is centred on.
CRUISE_SPEED = 1.098  # m/s
HOP_HEIGHT = 1.126  # m
LEAN = 0.1775  # rad; the foot has no heel, so the body must stay ahead of the ankle

# Hip: target angle, and how it follows the torso.
HIP_ANGLE = -0.6965
HIP_PER_PITCH = -12.5
HIP_PER_HEIGHT = 0.6808
HIP_STIFFNESS = 0.6704
HIP_DAMPING = 0.2167

# Knee: bends further when the robot runs too fast or the torso is tipping forward.
KNEE_ANGLE = -0.7737
KNEE_PER_PITCH = 0.2903
KNEE_PER_PITCH_RATE = -0.09386
KNEE_PER_SPEED = -0.09292
KNEE_PER_HEIGHT = 0.5302
KNEE_STIFFNESS = 2.136
KNEE_DAMPING = 0.3026

# Ankle: stiff, so that it works almost as a switch between "toes up" and "push off".
ANKLE_ANGLE = 0.6722
ANKLE_PER_PITCH = 0.5626
ANKLE_PER_PITCH_RATE = -0.1437
ANKLE_PER_SPEED = -1.294
ANKLE_PER_CLIMB = -0.2809
ANKLE_PER_HEIGHT = 1.0
ANKLE_STIFFNESS = 4.485
ANKLE_DAMPING = 0.1969


def servo(target, angle, rate, stiffness, damping):
    """Torque in [-1, 1] that pulls a joint towards its target angle."""
    return np.clip(stiffness * (target - angle) - damping * rate, -1.0, 1.0)


def leg(torso, angles, rates):
    """Torques of one leg's hip, knee and ankle for what the torso does."""
    pitch, pitch_rate, too_fast, too_high, climb = torso
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
    return [
        servo(hip_target, angles[0], rates[0], HIP_STIFFNESS, HIP_DAMPING),
        servo(knee_target, angles[1], rates[1], KNEE_STIFFNESS, KNEE_DAMPING),
        servo(ankle_target, angles[2], rates[2], ANKLE_STIFFNESS, ANKLE_DAMPING),
    ]


def policy(obs):
    height, pitch, speed, climb, pitch_rate = obs[0], obs[1], obs[8], obs[9], obs[10]
    torso = (pitch - LEAN, pitch_rate, speed - CRUISE_SPEED, height - HOP_HEIGHT, climb)
    return np.array(leg(torso, obs[2:5], obs[11:14]) + leg(torso, obs[5:8], obs[14:17]))
