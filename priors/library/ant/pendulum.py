"""Trot without a clock: the legs' own motion tells where in the stride they are.

The four hips are taken as one pendulum: legs 1 and 3 swing against legs 2 and 4. Its angle and rate give a phase, a
little ahead of which the targets of all joints are taken from sines, so that the servos drive the pendulum on.
Nothing is remembered. To steer, the legs of the side to turn away from take longer strides.
"""

import math

import numpy as np

RATE = 9.9  # rad/s, of the stride
ADVANCE = 0.9  # rad, how far the targets are ahead

# Centre, amplitude and lag.
FRONT_SWING = (-0.1839, 0.6659, -0.2295)
HIND_SWING = (-0.1217, 0.7079, -0.1185)
FRONT_STEEPNESS = (0.5235, 0.3827, 1.84)
HIND_STEEPNESS = (0.275, 0.1718, 0.7031)

HIP_STIFFNESS = 0.8369
HIP_DAMPING = 0.08095
ANKLE_STIFFNESS = 1.061
ANKLE_DAMPING = 0.1624

PER_HEADING = 0.3786
PER_TURN = 0.3327
PER_DRIFT = 0.01347
MAX_STEER = 0.547


def wave(shape, phase):
    """Value of a periodic motion at a phase, in radians."""
    centre, amplitude, lag = shape
    return centre + amplitude * math.sin(phase - lag)


def pendulum(x):
    """Legs 1 and 3 forward against legs 2 and 4, of hip angles or rates in the legs' order."""
    return (-x[0] + x[2] + x[1] - x[3]) / 4.0


def policy(obs):
    w, z = obs[1], obs[4]
    angle, rate = obs[5:13], obs[19:27]
    drift, turn = obs[14], obs[18]

    heading = 2.0 * math.atan2(z * np.sign(w), abs(w))
    steer = PER_HEADING * heading + PER_TURN * turn + PER_DRIFT * drift
    steer = max(-MAX_STEER, min(MAX_STEER, steer))
    left, right = 1.0 + steer, 1.0 - steer

    phase = math.atan2(RATE * pendulum(angle[0::2]), pendulum(rate[0::2])) + ADVANCE
    opposite = phase + math.pi

    # Left hips turn backward and right hips forward; shins point down at positive angles on legs 1 and 4.
    targets = [
        -left * wave(FRONT_SWING, phase),
        wave(FRONT_STEEPNESS, phase),
        -left * wave(HIND_SWING, opposite),
        -wave(HIND_STEEPNESS, opposite),
        right * wave(HIND_SWING, phase),
        -wave(HIND_STEEPNESS, phase),
        right * wave(FRONT_SWING, opposite),
        wave(FRONT_STEEPNESS, opposite),
    ]
    torques = []
    for joint in range(8):
        gains = (HIP_STIFFNESS, HIP_DAMPING) if joint % 2 == 0 else (ANKLE_STIFFNESS, ANKLE_DAMPING)
        torques.append(gains[0] * (targets[joint] - angle[joint]) - gains[1] * rate[joint])

    # The actions begin with leg 4.
    return np.clip(torques[6:] + torques[:6], -1.0, 1.0)
