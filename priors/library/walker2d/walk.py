"""Walk on a clock: the legs take turns, half a stride apart, with servos that lean on the torso's motion.

Hips, knees and ankles follow sines; the feedback of pitch, speed and climb rate keeps the body together. The hips
cannot pass the line of the torso to the front, and the feet have no heels, so the robot walks with bent legs under a
torso that is held ahead of the ankles.
"""


import math

import numpy as np

TIME_STEP = 0.008  # s
FREQUENCY = 2.846  # strides a second
LEG_LAG = 3.1416  # rad, of the left leg behind the right one
SPEED = 0.9611  # m/s
LEAN = 0.1947  # rad

# Centre, amplitude and lag.
HIP = (-0.7622, 0.2291, 0.06571)
KNEE = (-0.6335, 0.2709, 1.331)
ANKLE = (0.5005, 0.2276, 1.126)

STIFFNESS = (0.9062, 2.252, 3.188)
DAMPING = (0.2534, 0.2662, 0.08636)

# How the targets of hip, knee and ankle answer to the torso.
PER_PITCH = (-7.512, 0.2242, 0.1639)
PER_PITCH_RATE = (0.1082, -0.1004, -0.2548)
PER_SPEED = (0.1651, -0.03751, -1.213)
PER_CLIMB = (-0.02062, -0.06416, -0.2599)


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
