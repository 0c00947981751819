"""Hop on a clock with both legs, the left one a little later than the right, and servos that lean on the torso.

Hips, knees and ankles follow sines; the feedback of pitch, speed and climb rate keeps the rhythm and the body
together. The feet have no heels, so the torso is held ahead of the ankles.
"""

import math

import numpy as np

TIME_STEP = 0.008  # s
FREQUENCY = 2.2  # hops a second
LEG_LAG = 0.2  # rad, of the left leg behind the right one
SPEED = 1.2  # m/s
LEAN = 0.25  # rad

# Centre, amplitude and lag.
HIP = (-0.8, 0.1, 0.0)
KNEE = (-0.7, 0.15, 1.5)
ANKLE = (0.5, 0.3, 1.0)

STIFFNESS = (0.8, 1.9, 3.0)
DAMPING = (0.2, 0.3, 0.2)

# How the targets of hip, knee and ankle answer to the torso.
PER_PITCH = (-9.0, 0.4, 0.5)
PER_PITCH_RATE = (0.0, -0.1, -0.2)
PER_SPEED = (0.0, -0.1, -1.0)
PER_CLIMB = (0.0, 0.0, -0.3)


def wave(shape, phase):
    """Value of a periodic motion at a phase, in radians."""
    centre, amplitude, lag = shape
    return centre + amplitude * math.sin(phase - lag)


def leg(phase, torso, angles, rates):
    """Torques of one leg's hip, knee and ankle."""
    pitch, pitch_rate, too_fast, climb = torso
    torques = []
    for joint, shape in enumerate((HIP, KNEE, ANKLE)):
        target = (
            wave(shape, phase)
            + PER_PITCH[joint] * pitch
            + PER_PITCH_RATE[joint] * pitch_rate
            + PER_SPEED[joint] * too_fast
            + PER_CLIMB[joint] * climb
        )
        torques.append(STIFFNESS[joint] * (target - angles[joint]) - DAMPING[joint] * rates[joint])
    return torques


def policy(obs, t):
    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    torso = (obs[1] - LEAN, obs[10], obs[8] - SPEED, obs[9])
    right = leg(phase, torso, obs[2:5], obs[11:14])
    left = leg(phase - LEG_LAG, torso, obs[5:8], obs[14:17])
    return np.clip(right + left, -1.0, 1.0)
