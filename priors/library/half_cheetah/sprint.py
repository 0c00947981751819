"""Gallop on a clock: every joint follows a sine, back legs and front legs out of step.

On this robot an action works much like a target angle, so the sines are given to the motors as they are. The
front leg runs behind the back leg by a part of the cycle, and within a leg each joint behind the one above it.
The torso's pitch is held down by both thighs, and its rate is braked. Fast, but it falls onto its back at times.
"""

import math

import numpy as np

FREQUENCY = 4.448  # strides a second
TIME_STEP = 0.05  # s

# Centre, swing and lag (in radians of the cycle) of each joint.
BACK_THIGH = (0.9569, 1.682, 0.4443)
BACK_SHIN = (-0.4357, 2.126, -1.457)
BACK_FOOT = (-0.4389, 1.166, 0.6804)
FRONT_THIGH = (-0.5583, 1.298, 4.607)
FRONT_SHIN = (-0.231, 1.087, 3.833)
FRONT_FOOT = (0.02612, 1.0, 4.786)

# How the thighs answer to the torso.
BACK_PER_PITCH = -0.06609
BACK_PER_PITCH_RATE = -0.04159
FRONT_PER_PITCH = -0.6291
FRONT_PER_PITCH_RATE = 0.189


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
