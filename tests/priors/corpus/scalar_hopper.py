# observation_size=11 action_size=3
import math


def policy(obs):
    """Hop with a forward lean."""
    z, angle, thigh, knee, ankle = obs[0], obs[1], obs[2], obs[3], obs[4]
    vx, vz = obs[5], obs[6]
    if z < 0.7 or abs(angle) > 0.5:
        return [0.0, -0.2, 0.1]
    stance = z < 1.15 and vz <= 0
    if stance:
        a = [0.6 * math.tanh(2.0 * angle), 0.8 - knee, -0.4]
    elif vz > 0.5:
        a = [-0.3, 0.2 * ankle, 0.1 * vx]
    else:
        a = [0.1, -thigh, math.sin(3 * thigh)]
    return [max(-1.0, min(1.0, x)) for x in a]
