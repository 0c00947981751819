# a log of which the last entries are read
class P:
    def __init__(self):
        self.trace = []
        self.rewards = []
    def act(self, obs):
        self.trace.append(obs[0])
        self.rewards.append(obs[1] * 2)
        d = self.trace[-1] - self.trace[-3] if len(obs) > 5 else 0.0
        return [self.trace[-1] + obs[1] + d]

# a log that nobody reads
history = []
def policy(obs):
    history.append(list(obs))
    u = sum(obs)
    return [u]

# a list of the last fifteen
class P:
    def __init__(self):
        self.trace = []
    def act(self, obs):
        self.trace.append(obs[0])
        if len(self.trace) > 15:
            self.trace.pop(0)
        return [sum(self.trace) / len(self.trace)]

# a deque that fills
from collections import deque
import numpy as np
class P:
    def __init__(self):
        self.buf = deque(maxlen=20)
    def act(self, obs):
        self.buf.append(obs[0])
        return [np.mean(self.buf)]

# the mean of the last five
class P:
    def __init__(self):
        self.trace = []
    def act(self, obs):
        self.trace.append(obs[0])
        recent = self.trace[-5:]
        return [sum(recent) / len(recent)]

# two deques that fill on some observations
from collections import deque
class P:
    def __init__(self):
        self.h = deque(maxlen=3); self.g = deque(maxlen=3)
    def act(self, obs):
        if obs[0] > 0: self.h.append(obs[1])
        if obs[2] > 0.5: self.g.append(obs[3])
        return [sum(self.h) + 2 * sum(self.g) + len(self.h)]
