# observation_size=3 action_size=1
# Style: golfed: walrus, conditional expressions, one return.
from math import atan2, copysign, tanh


def policy(o):
    return [
        tanh(-(3 * th + 0.8 * o[2]))
        if abs(th := atan2(o[1], o[0])) < 0.5
        else copysign(min(1, abs(e := 10 * (1 - o[0]) - 0.5 * o[2] ** 2) / 8), e * o[2])
    ]
