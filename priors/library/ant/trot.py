"""Trot on a clock: diagonal legs swing together, with servos at the joints and a correction of the heading.

Legs 1 (front left) and 3 (back right) are half a stride ahead of legs 2 (back left) and 4 (front right). For each
leg, `swing` is how far it reaches forward and `steepness` how far its shin points down, both without the signs of
the joint angles. Front legs draw the foot in while they move back, hind legs push it out, so that the feet move
along x. Each of these four motions is a sine with a second harmonic. To steer, the legs of the side to turn away
from take longer strides.
"""

import math

import numpy as np

TIME_STEP = 0.05  # s
FREQUENCY = 1.601  # strides a second

# How far in the stride each leg is, in radians.
LEG_PHASES = (0.0, 3.266, 0.05395, 3.214)

# Centre, amplitude and lag of the first harmonic, amplitude and lag of the second, in radians.
FRONT_SWING = (-0.24, 0.6125, -0.227, 0.1686, -0.2596)
HIND_SWING = (-0.095, 0.7724, -0.07224, -0.06576, -0.1898)
FRONT_STEEPNESS = (0.5741, 0.3334, 1.869, 0.1775, -0.115)
HIND_STEEPNESS = (0.5, 0.04, 0.8, 0.0, 0.0)

HIP_STIFFNESS = 0.712
HIP_DAMPING = 0.07017
ANKLE_STIFFNESS = 0.9376
ANKLE_DAMPING = 0.1627

# How stride lengths answer to the heading, the turning rate and the drift to the side.
PER_HEADING = 0.4143
PER_TURN = 0.2933
PER_DRIFT = 0.04992
MAX_STEER = 0.5921


def wave(shape, phase):
    """Value of a periodic motion at a phase, in radians."""
    centre, first, first_lag, second, second_lag = shape
    return centre + first * math.sin(phase - first_lag) + second * math.sin(2.0 * phase - second_lag)


def leg(swing, steepness, phase, stride):
    """How far a leg reaches forward and its shin points down."""
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
    left, right = 1.0 + steer, 1.0 - steer

    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    swing_1, steep_1 = leg(FRONT_SWING, FRONT_STEEPNESS, phase + LEG_PHASES[0], left)
    swing_2, steep_2 = leg(HIND_SWING, HIND_STEEPNESS, phase + LEG_PHASES[1], left)
    swing_3, steep_3 = leg(HIND_SWING, HIND_STEEPNESS, phase + LEG_PHASES[2], right)
    swing_4, steep_4 = leg(FRONT_SWING, FRONT_STEEPNESS, phase + LEG_PHASES[3], right)

    # Left hips turn backward and right hips forward; shins point down at positive angles on legs 1 and 4.
    targets = [-swing_1, steep_1, -swing_2, -steep_2, swing_3, -steep_3, swing_4, steep_4]
    torques = []
    for joint in range(8):
        gains = (HIP_STIFFNESS, HIP_DAMPING) if joint % 2 == 0 else (ANKLE_STIFFNESS, ANKLE_DAMPING)
        torques.append(servo(targets[joint], angle[joint], rate[joint], *gains))

    # The actions begin with leg 4.
    return np.clip(torques[6:] + torques[:6], -1.0, 1.0)
