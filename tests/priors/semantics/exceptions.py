# a counter that a handler begins
def policy(obs):
    try:
        policy.t += 1
    except AttributeError:
        policy.t = 0
    return [obs[0] * policy.t]

# math outside of its domain, and an empty finally
import math
def f(x):
    try:
        return math.sqrt(x)
    except ValueError:
        return -1.0
    finally:
        pass
def policy(obs):
    return [f(obs[0]) + f(obs[1])]

# finally after return
count = 0
def policy(obs):
    global count
    try:
        if obs[0] > 0:
            return [float(count)]
        x = 1.0
    finally:
        count += 1
    return [x + count]

# finally after break and continue
def policy(obs):
    y = 0.0
    for i in range(4):
        try:
            if obs[i] > 0.5:
                break
            if obs[i] < -0.5:
                continue
            y += 1
        finally:
            y += obs[i]
        y += 10
    return [y]

# raise in a helper, and integers divided by zero
def safe(a, b):
    if b == 0:
        raise ZeroDivisionError("no")
    return a / b
def policy(obs):
    k = int(obs[0])
    try:
        y = safe(1.0, k) + 2
    except ZeroDivisionError as e:
        y = -5.0
    else:
        y += 100
    try:
        z = 7 // k
    except Exception:
        z = 9
    return [y + z]

# keys, indices and names that are not there
TABLE = {"a": 1.0}
def policy(obs):
    try:
        x = TABLE["b"]
    except KeyError:
        x = 3.0
    try:
        y = obs[7]
    except IndexError:
        y = 2.0
    try:
        global last
        d = obs[0] - last
    except NameError:
        d = 0.0
    last = obs[0]
    return [x + y + d]

# an exception inside of a call's arguments
import math
def policy(obs):
    out = []
    for i in range(4):
        try:
            out.append(math.acos(obs[i]) if obs[0] > 0 else math.log(obs[i]))
        except (ValueError, TypeError):
            out.append(0.5)
    return [sum(out)]

# arithmetic with None
class P:
    def __init__(self):
        self.last = None
    def act(self, obs):
        try:
            d = obs[0] - self.last
        except TypeError:
            d = 0.0
        self.last = float(obs[0])
        return [d]

# nested try: the outer one catches
def policy(obs):
    try:
        try:
            if obs[0] > 0: raise ValueError("x")
            y = 1.0
        except KeyError:
            y = 2.0
        finally:
            z = obs[1]
    except ValueError:
        y = 3.0
    return [y + z]

# assert and overflow
import math
def policy(obs):
    try:
        assert obs[0] < 1.0
        x = 1.0 / (1.0 + math.exp(-900 * obs[1]))
    except OverflowError:
        x = 5.0
    except AssertionError:
        x = -4.0
    return [x]

# a module that is not installed
try:
    import torch
    HAVE = True
except ImportError:
    HAVE = False
import numpy as np
def policy(obs):
    try:
        return np.tanh(obs[:1]) if HAVE else np.sin(obs[:1])
    except Exception as e:
        print(e)
        return np.zeros(1)

# a handler that raises again
def policy(obs):
    try:
        try:
            if obs[0] > 0: raise ValueError("x")
            y = 1.0
        except ValueError:
            z = 2.0
            raise
    except (ValueError, KeyError):
        y = 3.0
    return [y]

# a mean that begins with nothing
class P:
    def __init__(self): self.s = 0.0; self.n = 0
    def act(self, obs):
        try: m = self.s / self.n
        except ZeroDivisionError: m = -1.0
        if obs[0] > 0:
            self.s += obs[1]
            self.n += 1
        return [m]

# a literal divided by what max gives
def policy(obs):
    a = max(0.0, obs[0])
    try: v = 1.0 / a
    except ZeroDivisionError: v = 0.0
    xs = [x for x in obs if x > 0.5]
    ys = sum(x for x in obs if x > 0.5)
    try: w = ys / len(xs)
    except ZeroDivisionError: w = -9.0
    return [max(-50.0, min(50.0, v)) + w]

# the place of an entry that may not be there
def policy(obs):
    xs = [int(x) for x in obs]
    try: i = xs.index(1)
    except ValueError: i = -1
    return [i]

# filter and the best of filtered entries
import math
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import torch
def policy(obs):
    xs = list(filter(lambda x: x > 0, obs))
    idx = [i for i in range(4) if obs[i] < 0.5]
    best = min(idx, key=lambda i: abs(obs[i] - 0.2), default=-1)
    try: p = math.pow(obs[0], 0.5)
    except ValueError: p = -1.0
    match obs[1] * 2:
        case float(x): q = x
        case _: q = 0.0
    return [sum(xs) + best + p + q]
