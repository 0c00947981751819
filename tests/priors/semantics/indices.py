# an index that a test guards
A = [0.1, 0.2, 0.3]
def policy(obs, t):
    if t < len(A): return [A[t]]
    return [obs[0]]

# a counter that begins anew
class P:
    T = [0.1, 0.5, 0.9]
    def __init__(self): self.k = 0
    def act(self, obs):
        if obs[0] > 0: self.k += 1
        if self.k >= 3: self.k = 0
        return [self.T[self.k]]

# counters that stop at a length
class P:
    T = [0.1, 0.5, 0.9]
    def __init__(self): self.k = 0; self.j = 0
    def act(self, obs):
        self.k += 1
        if self.k == len(self.T): self.k = 0
        if obs[0] > 0 and self.j < len(self.T) - 1: self.j += 1
        return [self.T[self.k] + self.T[self.j]]

# an index that a handler guards
T = [0.1, 0.5, 0.9]
def policy(obs):
    i = int(obs[0] * 2)
    try: x = T[i]
    except IndexError: x = -1.0
    return [x]

# a counter between two ends
class P:
    T = [0.1, 0.5, 0.9]
    def __init__(self): self.k = 0
    def act(self, obs):
        u = self.T[self.k]
        if obs[0] > 0:
            self.k += 1
            if self.k > 2: self.k = 2
        elif self.k > 0:
            self.k -= 1
        return [u]

# a phase, and counters that go down or wait
class P:
    T = [0.1, 0.5, 0.9, 0.7]
    def __init__(self): self.phase = 0.0; self.n = 3; self.t = 0
    def act(self, obs):
        self.phase += 0.07
        if self.phase >= 1.0: self.phase -= 1.0
        self.n = self.n - 1 if self.n > 0 else 3
        self.t += 1
        if self.t > 20 and obs[0] > 0: self.t = 0
        return [self.T[int(self.phase * 4)] + self.T[self.n] + 0.1 * self.t]

# a list of durations
SEQ = [(10, 0.5), (5, -0.3), (20, 0.9)]
class P:
    def __init__(self): self.i = 0; self.left = SEQ[0][0]
    def act(self, obs):
        self.left -= 1
        if self.left <= 0:
            self.i += 1
            if self.i >= len(SEQ):
                self.i = 0
            self.left = SEQ[self.i][0]
        return [SEQ[self.i][1] * obs[0]]
# a range as long as a list of several lengths
def policy(obs):
    xs = [x for x in obs if x > 0]
    n = len(xs)
    w = [i - (n - 1) / 2 for i in range(n)]
    s = 0.0
    for i in range(n):
        s += w[i] * xs[i]
    return [s + sum(abs(v) for v in w)]

# range by a counter
class P:
    def __init__(self): self.k = 0
    def act(self, obs):
        self.k = (self.k + 1) % 4
        s = 0.0
        for i in range(self.k): s += obs[i]
        for i in range(1, self.k + 1): s -= 0.5 * i
        return [s]
