# observation_size=8 action_size=2
from math import cos, sin, pi, hypot as length
import numpy as np


def clamp(x, lo=-1.0, hi=1.0):
    return lo if x < lo else hi if x > hi else x


def wrap(angle):
    return (angle + pi) % (2 * pi) - pi


def pd(error, rate, *, kp=1.2, kd=0.3):
    def damp(r):
        return kd * r

    return kp * error - damp(r=rate)


square = lambda v: v * v


def policy(obs, scale=0.5):
    heading = wrap(obs[0] * 4)
    distance = length(obs[1], obs[2])
    left = clamp(pd(heading, obs[3]), hi=0.8)
    right = clamp(pd(-heading, rate=obs[4], kp=0.7) + scale * distance)
    return np.array([left * cos(obs[5]), right * sin(obs[6]) + 0.01 * square(obs[7])])
