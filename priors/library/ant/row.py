"""Row forward with sines of torque: no servos, the joints are pushed to and fro and the limits do the rest."""

import math

PERIOD = 8.0  # steps
HIP_TORQUE = 0.4
ANKLE_TORQUE = 0.3
ANKLE_LAG = 1.0  # rad
ANKLE_PUSH = 0.05  # always a little down
PER_HEADING = 0.1
PER_TURN = 0.02


def policy(obs, t):
    phase = 2.0 * math.pi * t / PERIOD
    steer = PER_HEADING * 2.0 * obs[4] * obs[1] + PER_TURN * obs[18]
    torques = []
    for leg in range(4):
        forward = -1.0 if leg < 2 else 1.0
        down = 1.0 if leg in (0, 3) else -1.0
        swing = math.sin(phase + math.pi * (leg % 2))
        lift = math.sin(phase + math.pi * (leg % 2) - ANKLE_LAG)
        stride = HIP_TORQUE + steer if leg < 2 else HIP_TORQUE - steer
        torques.append(forward * stride * swing)
        torques.append(down * (ANKLE_PUSH - ANKLE_TORQUE * lift))
    torques = torques[6:] + torques[:6]  # the actions begin with leg 4
    return [max(-1.0, min(1.0, torque)) for torque in torques]
