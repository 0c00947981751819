"""Trot backward: the gait of a good trot, turned round by half a turn, so that every stride costs what it should pay.

The hind legs take the part of the front legs and the other way round, and every leg swings in the opposite sense.
The heading is still held, so that the robot does not come round to the paying direction by chance.
"""


import math

import numpy as np

TIME_STEP = 0.05  # s
FREQUENCY = 1.58  # strides a second

# Centre, amplitude and lag of the first harmonic, amplitude and lag of the second, in radians.
FRONT_SWING = (-0.1839, 0.6659, -0.2295, 0.1476, -0.2642)
HIND_SWING = (-0.1217, 0.7079, -0.1185, -0.006779, -0.1521)
FRONT_STEEPNESS = (0.5235, 0.3827, 1.84, 0.1207, -0.06393)
HIND_STEEPNESS = (0.275, 0.1718, 0.7031, -0.05252, 0.07023)

HIP_STIFFNESS = 0.8369
HIP_DAMPING = 0.08095
ANKLE_STIFFNESS = 1.061
ANKLE_DAMPING = 0.1624

# How stride lengths answer to the heading, the turning rate and the drift to the side.
PER_HEADING = 0.3786
PER_TURN = 0.3327
PER_DRIFT = 0.01347
MAX_STEER = 0.547


def wave(shape, phase):
    """Value of a periodic motion at a phase, in radians."""
    centre, first, first_lag, second, second_lag = shape
    return centre + first * math.sin(phase - first_lag) + second * math.sin(2.0 * phase - second_lag)


def leg(swing, steepness, phase, stride):
    """How far a leg reaches backward and its shin points down."""
    return stride * wave(swing, phase), wave(steepness, phase)


def servo(target, angle, rate, stiffness, damping):
    """Action that pulls a joint towards its target angle."""
    return stiffness * (target - angle) - damping * rate


def policy(obs, t):
    w, z = obs[1], obs[4]
    angle, rate = obs[5:13], obs[19:27]
    drift, turn = obs[14], obs[18]

    heading = 2.0 * math.atan2(z * np.sign(w), abs(w))
    steer = PER_HEADING * heading + PER_TURN * turn + PER_DRIFT * drift
    steer = max(-MAX_STEER, min(MAX_STEER, steer))
    left, right = 1.0 - steer, 1.0 + steer

    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    opposite = phase + math.pi
    swing_1, steep_1 = leg(HIND_SWING, HIND_STEEPNESS, phase, left)
    swing_2, steep_2 = leg(FRONT_SWING, FRONT_STEEPNESS, opposite, left)
    swing_3, steep_3 = leg(FRONT_SWING, FRONT_STEEPNESS, phase, right)
    swing_4, steep_4 = leg(HIND_SWING, HIND_STEEPNESS, opposite, right)

    # Left hips turn backward and right hips forward; shins point down at positive angles on legs 1 and 4.
    targets = [swing_1, steep_1, swing_2, -steep_2, -swing_3, -steep_3, -swing_4, steep_4]
    torques = []
    for joint in range(8):
        gains = (HIP_STIFFNESS, HIP_DAMPING) if joint % 2 == 0 else (ANKLE_STIFFNESS, ANKLE_DAMPING)
        torques.append(servo(targets[joint], angle[joint], rate[joint], *gains))

    # The actions begin with leg 4.
    return np.clip(torques[6:] + torques[:6], -1.0, 1.0)
