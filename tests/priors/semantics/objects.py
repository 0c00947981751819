# match on strings, numbers and tuples
PHASE = "stance"
def policy(obs):
    global PHASE
    match PHASE:
        case "stance" if obs[0] > 0.3:
            PHASE = "push"
            u = 1.0
        case "push" | "fly":
            PHASE = "stance" if obs[1] > 0 else "fly"
            u = 2.0
        case _:
            u = obs[2]
    match (bool(obs[0] > 0), int(obs[1])):
        case (True, 0):
            v = 1.0
        case (False, k):
            v = float(k)
        case (a, b):
            v = b + 0.5
    return [u + v]

# match on classes, mappings and stars
from dataclasses import dataclass
@dataclass
class Turn:
    rate: float
    kind: str = "slow"
def policy(obs):
    move = Turn(obs[0]) if obs[1] > 0 else [obs[2], obs[3], 1.0]
    match move:
        case Turn(rate=r, kind="slow"):
            x = r * 2
        case [first, *rest]:
            x = first + sum(rest)
    match {"mode": "fast", "gain": obs[3]}:
        case {"mode": "slow"}:
            y = 0.0
        case {"mode": "fast", "gain": g}:
            y = g
    match None:
        case None: z = 1
        case _: z = 2
    return [x + y + z]

# operators of the program's own classes
class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, o):
        if not isinstance(o, Vec):
            return NotImplemented
        return Vec(self.x + o.x, self.y + o.y)
    def __sub__(self, o): return Vec(self.x - o.x, self.y - o.y)
    def __mul__(self, k): return Vec(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __neg__(self): return Vec(-self.x, -self.y)
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    def __iter__(self):
        yield self.x
        yield self.y
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __len__(self): return 2
    def __eq__(self, o): return self.x == o.x and self.y == o.y
    def __lt__(self, o): return abs(self) < abs(o)
    def __bool__(self): return bool(self.x > 0)
    def __matmul__(self, o): return self.x * o.x + self.y * o.y
    def __iadd__(self, o):
        self.x += o.x
        return self
def policy(obs):
    a, b = Vec(obs[0], obs[1]), Vec(obs[2], obs[3])
    c = 2 * (a + b) - b * 0.5
    d = -c
    d += a
    x, y = d
    out = x + y + abs(c) + c[0] + len(a) + a @ b
    if a < b: out += 1
    if a == Vec(obs[0], obs[1]): out += 2
    if not a: out -= 3
    out += sum(v for v in b)
    return [out + (10 if a > b else 0) + (1 if a != b else 0)]

# generators
def pairs(n):
    for i in range(n):
        if i == 2:
            continue
        yield i, i * 0.5
def positive(xs):
    for x in xs:
        if x > 0:
            yield x
def chain(*parts):
    for p in parts:
        yield from p
def policy(obs):
    s = sum(a * b for a, b in pairs(4))
    t = sum(positive(obs))
    best = max(positive(obs), default=-1.0)
    n = len(list(positive(obs[:3])))
    z = [v for v in chain(obs[:2], positive(obs[2:]))]
    return [s + t + 2 * best + 10 * n + z[0] + len(z)]

# filters that depend on the observation
import numpy as np
def policy(obs):
    pos = [x for x in obs if x > 0]
    n = len(pos)
    mean = sum(pos) / n if n else -1.0
    big = [i for i, x in enumerate(obs) if abs(x) > 1]
    first = big[0] if big else -1
    d = {i: x for i, x in enumerate(obs) if x > 0.5}
    k = sum(1 for x in obs if x > 0 if x < 1)
    m = np.mean(pos) if pos else 0.0
    u = max((x for x in obs if x < 0), default=0.0)
    a = any(x > 2 for x in obs) + all(x > -2 for x in obs)
    return [mean + first + len(d) + k + m + u + float(a) + d.get(0, 7.0)]

# members of an Enum are not their values
from enum import Enum, IntEnum, auto
class Phase(Enum):
    STANCE = 0
    PUSH = 1
    FLIGHT = 2
    def gain(self):
        return {Phase.STANCE: 0.5, Phase.PUSH: 2.0, Phase.FLIGHT: 3.0}[self]
    @property
    def next(self):
        return Phase((self.value + 1) % 3)
class Leg(IntEnum):
    LEFT = 0
    RIGHT = 1
class Mode(str, Enum):
    A = "a"
    B = "b"
class Kind(Enum):
    X = auto()
    Y = auto()
class Policy:
    def __init__(self):
        self.phase = Phase.STANCE
        self.leg = Leg.LEFT
        self.mode = Mode.A
    def act(self, obs):
        if obs[0] > 0.5:
            self.phase = self.phase.next
            self.leg = Leg(1 - self.leg)
        u = self.phase.gain() * obs[1] + self.phase.value
        if self.phase == 0: u += 100
        if self.phase: u += 1
        if self.phase is Phase.PUSH: u += 5
        if self.phase.name == "FLIGHT": u -= 7
        if self.leg == 1: u += 0.5
        if self.mode == "a": self.mode = Mode.B
        for i, p in enumerate(Phase):
            if p == self.phase: u += i
        u += len(list(Phase)) + Kind.Y.value + (1 if Phase["PUSH"] is self.phase else 0)
        timers = {p: 0.1 * p.value for p in Phase}
        return [u + obs[2 + self.leg] + timers[self.phase]]

# a walrus in a comprehension binds the name around it
def policy(obs):
    xs = [y := x * 2 for x in obs]
    any((last := x) > 0 for x in obs[:1])
    return [y + xs[0] + last]

# named tuples are tuples
from typing import NamedTuple
from collections import namedtuple
class S(NamedTuple):
    a: float
    b: float = 2.0
P = namedtuple("P", "x y")
def policy(obs, state=S(0.0)):
    a, b = state
    p = P(obs[0], obs[1])
    s = sum(p) + p[0] + len(p) + max(state)
    t = p + (1.0,)
    return [s + t[2] + a], S(obs[2], b=a)

# an iterator gives its items once
def policy(obs):
    it = iter(obs)
    a = next(it)
    b = next(it, 0.0)
    rest = list(it)
    e = iter([])
    c = next(e, 5.0)
    f = next((x for x in obs if x > 0), -1.0)
    g = next((i for i, x in enumerate(obs) if x > 1), None)
    return [a - b + rest[1] + c + f + (0 if g is None else g)]

# sets hold each entry once
def policy(obs):
    s = {1, 2, 2, 1}
    return [obs[0] + len(s) + len(set([3, 3])) + (1 if 2 in s else 0)]
# keyword arguments of any name
def f(a, *rest, **options):
    return a + sum(rest) + options.get("gain", 1.0) * len(options)
def g(**k):
    return f(1, 2, **k)
def policy(obs):
    out = {int(i / 2) for i in range(4)}
    return [f(obs[0], obs[1], gain=obs[2]) + g(x=1, gain=2.0) + len(out)]
# decorators of the program, and setters
import functools
from functools import lru_cache, wraps
def clipped(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return max(-1.0, min(1.0, f(*args, **kwargs)))
    return inner
def scaled(k):
    def outer(f):
        def inner(x):
            return k * f(x)
        return inner
    return outer
@scaled(3.0)
@clipped
def g(x):
    return 2 * x
@lru_cache(maxsize=None)
def h(x):
    return x + 1
class C:
    def __init__(self):
        self._gain = 1.0
    @property
    def gain(self):
        return self._gain
    @gain.setter
    def gain(self, value):
        self._gain = min(value, 5.0)
class Policy:
    def __init__(self):
        self.c = C()
    def act(self, obs):
        self.c.gain = self.c.gain + abs(obs[1])
        return [g(obs[0]) + h(obs[1]) + self.c.gain]

# members with an __init__ of their own
from enum import Enum
class Gait(Enum):
    WALK = (0.5, 1.0)
    RUN = (2.0, 3.0)
    def __init__(self, speed, lift):
        self.speed = speed
        self.lift = lift
    @property
    def both(self):
        return self.speed + self.lift
def policy(obs):
    gait = Gait.RUN if obs[0] > 0 else Gait.WALK
    return [gait.speed * obs[1] + gait.both]

# a mask on the left of an augmented assignment
import numpy as np
def policy(obs):
    u = obs.copy()
    m = u > 0.5
    u[m] *= 0.5
    u[u < 0] -= 0.1
    u[~m] += obs[~m]
    return [u.sum() + u[0]]

# unused imports of what is not there, and slices with names
import warnings
from collections import Counter, OrderedDict
from dataclasses import dataclass, astuple
warnings.filterwarnings("ignore")
Q, V = slice(0, 2), slice(2, None)
PARTS = {"q": slice(0, 3), "v": Q}
def policy(obs):
    return [sum(obs[Q]) - sum(obs[V]) + obs[PARTS["q"]].sum() * obs[PARTS["v"]].sum()]

# iterators that never end
from itertools import count, cycle
class Policy:
    def __init__(self):
        self.blink = cycle([1.0, 0.5, 2.0])
        self.clock = count(1, 2)
    def act(self, obs):
        k = next(self.blink)
        if obs[0] > 0:
            k += next(self.blink)
        n = next(self.clock)
        for a, i in zip(obs, self.blink):
            k += a * i
        for j in count():
            k += j
            if j > obs[1]:
                break
            if j == 5:
                break
        return [k + 0.01 * (n % 7)]

# functions made of others
from functools import partial
from operator import attrgetter
class Leg:
    side = 0.5
    def __init__(self, gain, bias=0.0):
        self.gain, self.bias = gain, bias
    @property
    def twice(self): return 2 * self.gain
    def __add__(self, o): return Leg(self.gain + o.gain, self.bias)
    def __radd__(self, o): return self
make = partial(Leg, bias=0.25)
def mix(a, b, *, k=1.0): return a + k * b
def policy(obs):
    legs = [make(obs[0]), make(obs[1], bias=0.5), Leg(gain=obs[2])]
    ordered = sorted(legs, key=attrgetter("gain"))
    x = sum(map(attrgetter("twice"), legs)) + attrgetter("side")(legs[0])
    whole = sum(legs)
    half = partial(mix, k=0.5)
    return [ordered[0].bias + 2 * ordered[1].bias + x + half(whole.gain, obs[3]) + partial(half, 1.0)(2.0)]

# namespaces
from types import SimpleNamespace
import types as ty
class Policy:
    def __init__(self):
        self.state = SimpleNamespace(phase=0, speed=0.0)
        self.last = SimpleNamespace(x=0.0)
    def act(self, obs):
        s, gains = self.state, ty.SimpleNamespace(kp=0.5, kd=obs[1])
        s.phase = (s.phase + 1) % 5
        s.speed += 0.1 * (obs[0] - s.speed)
        before = self.last.x
        self.last = SimpleNamespace(x=obs[2])
        if obs[3] > 0:
            gains.kp = 2.0
        return [gains.kp * s.phase + gains.kd + s.speed + before + hasattr(gains, "ki")]

# functions of dataclasses and named tuples
from dataclasses import asdict, astuple, dataclass, field, fields, replace
from typing import NamedTuple
@dataclass(frozen=True)
class Gains:
    kp: float = 1.0
    kd: float = 0.5
    def scaled(self, factor): return replace(self, kp=self.kp * factor)
@dataclass
class Leg:
    gains: Gains
    angles: list = field(default_factory=list)
    def __post_init__(self): self.total = sum(self.angles)
class Pose(NamedTuple):
    x: float
    y: float = 2.0
def policy(obs):
    leg = Leg(Gains().scaled(obs[0]), [obs[1], 1.0])
    other = replace(leg, angles=[obs[2]])
    d = asdict(leg)
    d["angles"].append(5.0)
    (kp, kd), angles = astuple(other)
    names = [f.name for f in fields(leg)]
    pose = Pose._make(obs[:2])._replace(y=obs[3])
    n = sum(pose._asdict().values()) + len(Pose._fields)
    return [d["gains"]["kp"] + kp * kd + len(leg.angles) + other.total + sum(angles) + len(names[0]) + n]

# dicts with a factory
from collections import defaultdict
def policy(obs):
    sums, lists, fixed = defaultdict(float), defaultdict(list), defaultdict(lambda: obs[3], a=1.0)
    for k, x in zip("abab", obs):
        sums[k] += x
        lists[k].append(x)
        if x > 0:
            sums["n"] += 1
    both = sums["a"] * sums["b"] + len(sums) + lists["b"][1] + fixed["z"] + fixed["a"] + len(fixed)
    return [both + sums.get("missing", 0.25) + ("c" in lists) + sums["n"]]

# sets of numbers of the observation
def policy(obs):
    xs = [int(x) for x in obs]
    s = set(xs)
    return [len(s) + (10 if 1 in s else 0) + (100 if len(set(xs[:2])) == 1 else 0)]

# equal strings and members: stateless count
def policy(obs):
    h = ["up" if x > 0 else "dn" for x in obs]
    return [h.count("up")]

# equal strings and members: stateless in
def policy(obs):
    h = ["up" if x > 0 else "dn" for x in obs]
    return [1.0 if "dn" in h else 0.0]

# equal strings and members: stateless index
def policy(obs):
    h = ["up" if x > 0 else "dn" for x in obs] + ["up"]
    return [h.index("up")]

# equal strings and members: stateless eq list
def policy(obs):
    h = ["up" if x > 0 else "dn" for x in obs]
    return [1.0 if h == ["up", "dn", "up", "dn"] else 0.0]

# equal strings and members: enum list count
from enum import Enum
class S(Enum):
    A = 1
    B = 2
def policy(obs):
    h = [S.A if x > 0 else S.B for x in obs]
    return [h.count(S.A) + 10 * (S.B in h)]

# equal strings and members: dict values in
def policy(obs):
    c = {"l": "on" if obs[0] > 0 else "off", "r": "on" if obs[1] > 0 else "off"}
    return [("on" in c.values()) + 2 * list(c.values()).count("off") + 4 * (c["l"] == c["r"]) + 8 * (c == {"l": "on", "r": "off"})]

# equal strings and members: set of strings len
def policy(obs):
    h = ["up" if x > 0 else "dn" for x in obs]
    return [len(set(h))]
