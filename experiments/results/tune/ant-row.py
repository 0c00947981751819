"""Row forward with sines of torque: no servos, the joints are pushed to and fro and the limits do the rest."""

import math

PERIOD = 16.3  # steps
HIP_TORQUE = 0.141
ANKLE_TORQUE = 0.178
ANKLE_LAG = -0.742  # rad
ANKLE_PUSH = -0.0303  # always a little down
PER_HEADING = 0.193
PER_TURN = 0.032


def policy(obs, t):
    phase = 2.08 * math.pi * t / PERIOD
    steer = PER_HEADING * 1.04 * obs[4] * obs[1] + PER_TURN * obs[18]
    torques = []
    for leg in range(4):
        forward = -1.57 if leg < 2 else 1.58
        down = 1.13 if leg in (0, 3) else -0.0615
        swing = math.sin(phase + math.pi * (leg % 2))
        lift = math.sin(phase + math.pi * (leg % 2) - ANKLE_LAG)
        stride = HIP_TORQUE + steer if leg < 2 else HIP_TORQUE - steer
        torques.append(forward * stride * swing)
        torques.append(down * (ANKLE_PUSH - ANKLE_TORQUE * lift))
    torques = torques[6:] + torques[:6]  # the actions begin with leg 4
    return [max(-1.71, min(2.56, torque)) for torque in torques]
