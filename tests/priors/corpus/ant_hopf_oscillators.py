# observation_size=27 action_size=8
# Style: network of coupled Hopf oscillators, nested loops over legs and neighbours, lists of [x, y] as state.
import math

MU = 1.0
OMEGA = 6.0
DT = 0.05
COUPLING = 0.4
# desired phase lags: a walk
LAG = [0.0, math.pi, math.pi / 2, 3 * math.pi / 2]


class HopfAnt:
    def __init__(self):
        self.reset()

    def reset(self):
        self.osc = [[math.cos(p), math.sin(p)] for p in LAG]

    def _derivatives(self, i):
        x, y = self.osc[i]
        r2 = x * x + y * y
        dx = (MU - r2) * x - OMEGA * y
        dy = (MU - r2) * y + OMEGA * x
        for j in range(4):
            if j == i:
                continue
            d = LAG[i] - LAG[j]
            xj, yj = self.osc[j]
            dx += COUPLING * (math.cos(d) * xj - math.sin(d) * yj - x)
            dy += COUPLING * (math.sin(d) * xj + math.cos(d) * yj - y)
        return dx, dy

    def act(self, obs):
        rates = [self._derivatives(i) for i in range(4)]
        for i, (dx, dy) in enumerate(rates):
            # sensory feedback: hip velocity slows the oscillator
            fb = 0.1 * math.tanh(obs[19 + 2 * i])
            self.osc[i][0] += DT * (dx - fb)
            self.osc[i][1] += DT * dy

        action = []
        for i in range(4):
            x, y = self.osc[i]
            side = 1 if i % 2 == 0 else -1
            hip = 0.6 * side * x - 0.3 * obs[5 + 2 * i]
            knee = 0.4 * max(y, 0.0) - 0.2 * obs[6 + 2 * i]
            action += [hip, knee]
        return [max(-1.0, min(1.0, a)) for a in action]
