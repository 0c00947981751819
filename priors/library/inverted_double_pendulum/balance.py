"""Balance both poles by linear feedback of the whole state, near the upright pose.

The upper pole answers the cart the other way round than the lower one, so its gains are the greatest: the cart first
moves to where the lower pole can catch the upper one. The gains solve the discrete Riccati equation of the poles
linearised about upright.
"""

import math

# Push in units of the action per m, rad, m/s and rad/s.
PER_POSITION = -0.089
PER_LOWER = -0.938
PER_UPPER = -4.195
PER_SPEED = -0.158
PER_LOWER_RATE = -0.571
PER_UPPER_RATE = -0.618


def policy(obs):
    lower = math.atan2(obs[1], obs[3])
    upper = math.atan2(obs[2], obs[4])
    push = (
        PER_POSITION * obs[0]
        + PER_LOWER * lower
        + PER_UPPER * upper
        + PER_SPEED * obs[5]
        + PER_LOWER_RATE * obs[6]
        + PER_UPPER_RATE * obs[7]
    )
    return [max(-1.0, min(1.0, push))]
