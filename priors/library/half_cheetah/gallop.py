"""Gallop on a clock: every joint follows a sine, back legs and front legs out of step.

On this robot an action works much like a target angle, so the sines are given to the motors as they are. The
front leg runs behind the back leg by a part of the cycle, and within a leg each joint behind the one above it.
The torso's pitch is held down by both thighs, and its rate is braked.
"""

import math

import numpy as np

FREQUENCY = 4.475  # strides a second
TIME_STEP = 0.05  # s

# Centre, swing and lag (in radians of the cycle) of each joint.
BACK_THIGH = (0.8626, 1.445, 0.6166)
BACK_SHIN = (-0.3869, 1.729, -1.216)
BACK_FOOT = (-0.4378, 1.064, 0.6642)
FRONT_THIGH = (-0.5717, 1.03, 4.569)
FRONT_SHIN = (-0.2323, 1.15, 3.833)
FRONT_FOOT = (0.02286, 0.8037, 5.057)

# How the thighs answer to the torso.
BACK_PER_PITCH = -0.07316
BACK_PER_PITCH_RATE = -0.03781
FRONT_PER_PITCH = -0.5433
FRONT_PER_PITCH_RATE = 0.2044


def swing(joint, phase):
    """The target of a joint at a phase of the stride."""
    centre, amplitude, lag = joint
    return centre + amplitude * math.sin(phase - lag)


def policy(obs, t):
    pitch, pitch_rate = obs[1], obs[10]
    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    action = np.array(
        [
            swing(BACK_THIGH, phase) + BACK_PER_PITCH * pitch + BACK_PER_PITCH_RATE * pitch_rate,
            swing(BACK_SHIN, phase),
            swing(BACK_FOOT, phase),
            swing(FRONT_THIGH, phase) + FRONT_PER_PITCH * pitch + FRONT_PER_PITCH_RATE * pitch_rate,
            swing(FRONT_SHIN, phase),
            swing(FRONT_FOOT, phase),
        ]
    )
    return np.clip(action, -1.0, 1.0)
