"""Swim by a wave that travels backward: the back joint follows the front one by a part of the cycle.

Servos hold the joints on their sines. The whole wave is bent to one side to turn the heading back to x.
"""

import math

TIME_STEP = 0.04  # s
FREQUENCY = 0.6618  # waves a second
FRONT_BEND = 1.701  # rad
BACK_BEND = 0.9693  # rad
LAG = 0.6951  # rad, of the back joint behind the front joint

STIFFNESS = 2.289
DAMPING = 0.1673
PER_HEADING = 0.382  # rad of both joints' centres per rad of the body's heading


def policy(obs, t):
    front_angle, front_joint, back_joint = obs[0], obs[1], obs[2]
    phase = 2.0 * math.pi * FREQUENCY * TIME_STEP * t
    heading = front_angle + 0.667 * front_joint + 0.333 * back_joint  # the mean of the three links
    centre = PER_HEADING * heading
    front = STIFFNESS * (centre + FRONT_BEND * math.sin(phase) - front_joint) - DAMPING * obs[6]
    back = STIFFNESS * (centre + BACK_BEND * math.sin(phase - LAG) - back_joint) - DAMPING * obs[7]
    return [max(-1.0, min(1.0, front)), max(-1.0, min(1.0, back))]
