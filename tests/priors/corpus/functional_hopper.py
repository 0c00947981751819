# observation_size=11 action_size=3
from functools import partial, reduce
from itertools import chain, starmap
from operator import add, itemgetter, mul

import numpy as np


def compose(*fs):
    return reduce(lambda f, g: lambda x: g(f(x)), fs)


def pipe(x, *fs):
    return compose(*fs)(x)


def dot(a, b):
    return sum(map(mul, a, b))


def pd(kp, kd, target):
    return lambda q, qd: kp * (target - q) - kd * qd


clamp = lambda lo, hi: lambda x: min(hi, max(lo, x))
split = lambda obs: {
    "torso": itemgetter(0, 1, 5, 6, 7)(obs),
    "q": itemgetter(slice(2, 5))(obs),
    "qd": itemgetter(slice(8, 11))(obs),
}
controllers = tuple(starmap(pd, [(1.0, 0.1, -0.2), (1.4, 0.08, -0.5), (0.8, 0.05, 0.25)]))
feedback = [
    (0.1, -0.4, 0.05, 0.0, -0.1),
    (-0.2, 0.1, 0.0, 0.15, 0.02),
    (0.0, 0.3, -0.1, 0.0, 0.08),
]


def torque(parts):
    base = [c(q, qd) for c, q, qd in zip(controllers, parts["q"], parts["qd"])]
    extra = map(partial(dot, parts["torso"]), feedback)
    return list(map(add, base, extra))


policy = lambda obs: pipe(
    obs,
    split,
    torque,
    partial(map, clamp(-1.0, 1.0)),
    list,
    np.array,
)
