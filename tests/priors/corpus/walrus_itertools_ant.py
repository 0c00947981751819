# observation_size=27 action_size=8
import itertools as it
import math
import numpy as np

LEGS = tuple(it.product(("front", "back"), ("left", "right")))
SIGN = dict(zip(LEGS, it.cycle((1, -1))))
PHASE = {leg: math.pi * ((leg[0] == "front") ^ (leg[1] == "left")) for leg in LEGS}


def pairs(xs):
    a = iter(xs)
    return zip(a, a)


def policy(obs, t=0):
    quat = obs[1:5]
    if (n := math.sqrt(sum(c * c for c in quat))) > 1e-6:
        quat = [c / n for c in quat]
    w, x, y, z = quat
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    legs = [*pairs(obs[5:13])]
    rates = [*pairs(obs[19:27])]
    actions = []
    for leg, (hip, ankle), (dhip, dankle) in zip(LEGS, legs, rates):
        phi = 0.2 * t + PHASE[leg]
        want_hip = SIGN[leg] * 0.4 * math.sin(phi) - 0.1 * yaw
        want_ankle = (0.8 if (lift := math.cos(phi)) > 0 else 0.6) + 0.2 * lift
        actions.append(want_hip - hip - 0.1 * dhip)
        actions.append(SIGN[leg] * want_ankle - ankle - 0.1 * dankle)
    total = list(it.accumulate(actions))[-1]
    mean = total / len(actions)
    return np.array([max(-1, min(1, a - 0.1 * mean)) for a in actions])
