
# division by a constant rounds as in CPython
def policy(obs, t):
    x = t * 0.02
    return [int(x / 0.1) + 10 * int(t / 0.7)]

# a product is rounded before it is added
def policy(obs, t):
    a = 0.1 * t - 0.5
    b = 0.3 - t * 0.1
    return [(1.0 if a > 0 else 0.0) + (2.0 if b < 0 else 0.0)]

# key frames by the phase of a clock
import numpy as np
FRAMES = [0.1, 0.5, -0.3, 0.9]
TABLE = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
class Policy:
    def __init__(self):
        self.t = 0.0
        self.phase = 0.0
    def act(self, obs):
        ph = (self.t * 0.05) % 1.0
        i = int(ph * 4)
        j = int(np.floor(3 * (self.t * 0.3 % (2 * np.pi)) / (2 * np.pi)))
        self.t += 1
        self.phase = (self.phase + 0.013) % 1.0
        return [FRAMES[i] + TABLE[j, 1] + FRAMES[int(self.phase * len(FRAMES))]]

# names made of remembered strings
class Policy:
    GAINS = {"slow_gain": 0.5, "fast_gain": 2.0}
    def __init__(self):
        self.mode = "slow"
    def _slow(self, x): return x
    def _fast(self, x): return -x
    def act(self, obs):
        if obs[0] > 1: self.mode = "fast"
        elif obs[1] > 1: self.mode = "slow"
        handler = getattr(self, "_" + self.mode)
        return [handler(obs[0]) * self.GAINS[f"{self.mode}_gain"]]
    def __repr__(self):
        return f"{self.__class__.__name__}({self.mode!r})"

# comparison of tuples, dict | dict, and division of literals by integers
def policy(obs):
    a = (1.0 if (obs[0] > 0, 2) < (obs[1] > 0, 1) else 0.0)
    b = 1.0 if [int(obs[0]), 2] >= [int(obs[1]), 1, 5] else 0.0
    d = {"a": 1, "b": 2} | {"b": 3}
    try:
        c = 1.0 / (0 if obs[2] > 0 else 2)
    except ZeroDivisionError:
        c = -1.0
    return [a + 2 * b + d["b"] + c]

# a while with a test on the observation and one on a counter
def policy(obs):
    x, n = abs(obs[0]), 0
    while x > 0.1 and n < 20:
        x *= 0.5
        n += 1
    return [x + n]

# divisions by two constants
import math
def policy(obs, t):
    return [math.floor(t / 10 / 0.1) * 0.01]

# a quotient of a quotient
import math
import numpy as np
def policy(obs, t):
    x = np.floor(obs[0] * 10) / 10
    return [math.floor(x / 0.1)]

# sums of products that cancel
import numpy as np
def policy(obs, t):
    return [np.sign(0.1 * t + 0.2 * t - 0.3 * t)]

# the mean of a list that may be empty
def policy(obs):
    xs = [v for v in obs if v > 1.5]
    try: m = sum(xs) / len(xs)
    except ZeroDivisionError: m = 0.0
    return [m]

# a while that takes a period away as often as needed
class P:
    def __init__(self):
        self.timer = 0.0
        self.side = 1.0
    def act(self, obs):
        self.timer += 0.02
        while self.timer >= 0.3:
            self.timer -= 0.3
            self.side = -self.side
        return [self.side * obs[0] + self.timer]

# gains by the iteration of a linear regulator
import numpy as np
A = np.array([[1.0, 0.05], [0.3, 1.0]])
B = np.array([[0.0], [0.1]])
Q, R = np.diag([10.0, 1.0]), np.array([[0.5]])
P = Q.copy()
for _ in range(200):
    K = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
    P = Q + A.T @ P @ (A - B @ K)
def policy(obs):
    return -(K @ obs[:2])
# fixed masks
import numpy as np
FRONT = np.array([True, False, True, False])
GRID = np.array([[True, False], [False, True]])
def policy(obs):
    u, v = obs.copy(), np.zeros(4)
    v[FRONT] = -0.5 * obs[FRONT]
    v[~FRONT] = [obs[0], 2.0]
    u[FRONT] += np.array([1.0, obs[3]])
    u[np.arange(4) > 1] *= 0.5
    g = obs.reshape(2, 2).copy()
    g[GRID] = [1.0, obs[0]]
    g[np.array([False, True])] -= obs[:2]
    return [u @ [1, 2, 3, 4] + v @ [1, 3, 5, 7] + g[GRID].sum() + g[~GRID] @ [1, 2]]

# a function of numbers for arrays
import numpy as np
@np.vectorize
def dead(x, width=0.5):
    if abs(x) < width:
        return 0.0
    return x - np.sign(x) * width
step = np.vectorize(lambda x, lo: max(x, lo), otypes=[float])
class Policy:
    def __init__(self): self.last = np.zeros(4)
    def act(self, obs):
        self.last = dead(self.last + 0.5 * obs, width=0.25)
        return [self.last.sum() + dead(obs[0]) + step(obs, 0)[1]]

# control flow and layers of JAX
import jax
import jax.numpy as jnp
from jax import lax
from jax.nn import sigmoid

@jax.jit
def policy(obs):
    u = lax.cond(obs[0] > 0.3, lambda a: 0.7 * a, lambda a: a - 1.0, obs)
    u = lax.fori_loop(0, 3, lambda i, x: 0.5 * x + i * obs[1], u)
    push = jax.lax.select(obs[2] > 0, jnp.array([0.1, 0.3]), jnp.zeros(2))
    return jnp.array([u.sum() + push @ obs[:2] + sigmoid(obs[3]) + jax.nn.relu(obs[1])])

# bits of texts and numbers in texts
TABLE = """
hip  0.5 -1
knee 0.25 3
"""
ROWS = {n: (float(a), int(b)) for n, a, b in (line.split() for line in TABLE.strip().splitlines())}
KEYS = ["{}_{:02d}".format(n, i) for i, n in enumerate(ROWS)]
class Policy:
    def __init__(self):
        self.n, self.mode = 0, "rest"
    def act(self, obs):
        self.n = (self.n + 1) % 4
        table = {("rest", True): "run", ("run", True): "rest"}
        self.mode = table.get((self.mode, bool(obs[0] > 0.5)), self.mode)
        gain = {"hip_00": 1.0, "knee_01": 2.0}[KEYS[int(obs[1] > 0)]]
        g, k = ROWS["%s" % ("hip" if obs[2] > 0 else "knee")]
        named = {"n2": obs[3]}.get(f"n{self.n}", 0.125)
        return [gain * g + k + bin(self.n).count("1") + named + 4 * (self.mode == "run")]

# a float floor division in an interval
def policy(obs):
    x = max(1.0, min(2.0, obs[0]))
    i = int(x // 0.1)
    return [(1.0 if i >= 10 else 0.0) + (2.0 if i > 15 else 0.0)]

# counters that have no bounds
class P:
    def __init__(self): self.t = 0; self.prev = 0; self.n = 0; self.m = 5
    def act(self, obs):
        self.prev = self.t
        self.t += 1 if obs[0] > 0 else 2
        self.n += int(obs[1] * 10)
        self.m = -self.m + 1
        d = self.t - self.prev
        return [float(self.t + self.n + d + 2 * self.t + self.m)]

# a sum of counters
class P:
    def __init__(self): self.k = [0, 0]; self.total = 0
    def act(self, obs):
        self.k[int(obs[0] > 0)] += 1
        self.total = self.k[0] + self.k[1]
        return [float(self.total + 2 * self.k[0])]
