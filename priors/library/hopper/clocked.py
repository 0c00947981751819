"""Hop on a clock: hip, knee and ankle follow sines, and the servos' targets lean on the torso's motion.

The leg folds and stretches in a fixed rhythm, the ankle kicks at the end of the stretch. The feedback of pitch,
speed and climb rate keeps the rhythm and the body together.
"""

import math

import numpy as np

TIME_STEP = 0.008  # s
FREQUENCY = 1.603  # hops a second
SPEED = 1.302  # m/s
LEAN = -0.01683  # rad

# Centre, amplitude and lag.
HIP = (-0.7772, 0.07257, -0.117)
KNEE = (-0.6217, 0.05817, 0.9224)
ANKLE = (0.5888, 0.4523, 0.9114)

STIFFNESS = (1.474, 1.123, 2.995)
DAMPING = (0.2216, 0.2075, 0.1426)

# How the targets of hip, knee and ankle answer to the torso.
PER_PITCH = (-6.288, 0.5235, 1.113)
PER_PITCH_RATE = (-0.03589, -0.238, -0.1247)
PER_SPEED = (0.07917, -0.2346, -0.5415)
PER_CLIMB = (-0.0589, 0.03816, -0.2144)


def wave(shape, phase):
    """Value of a periodic motion at a phase, in radians."""
    centre, amplitude, lag = shape
    return centre + amplitude * math.sin(phase - lag)


def policy(obs, t):
    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    pitch, too_fast, climb, pitch_rate = obs[1] - LEAN, obs[5] - SPEED, obs[6], obs[7]
    torques = []
    for joint, shape in enumerate((HIP, KNEE, ANKLE)):
        target = (
            wave(shape, phase)
            + PER_PITCH[joint] * pitch
            + PER_PITCH_RATE[joint] * pitch_rate
            + PER_SPEED[joint] * too_fast
            + PER_CLIMB[joint] * climb
        )
        torques.append(STIFFNESS[joint] * (target - obs[2 + joint]) - DAMPING[joint] * obs[8 + joint])
    return np.clip(torques, -1.0, 1.0)
