"""A first attempt at running: swing both thighs on a sine, out of step, and let the rest of the legs hang."""

import math

PERIOD = 10  # steps
SWING = 0.8


def policy(obs, t):
    phase = 2.0 * math.pi * t / PERIOD
    back = SWING * math.sin(phase)
    front = SWING * math.sin(phase + math.pi)
    return [back, 0.0, 0.0, front, 0.0, 0.0]
