"""Swing all four legs the same way at full torque: dear, and it hardly moves."""

import math

PERIOD = 12.0  # steps
STRENGTH = 0.6
CALM = 0.02


def policy(obs, t):
    push = STRENGTH * math.sin(2.0 * math.pi * t / PERIOD)
    return [max(-1.0, min(1.0, push - CALM * rate)) for rate in [*obs[25:27], *obs[19:25]]]
