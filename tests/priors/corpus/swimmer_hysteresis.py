# observation_size=8 action_size=2
# Style: relay with hysteresis per joint, small helper class instances kept in a list.
class Relay:
    """Output +level or -level; switches when the input crosses the band."""

    def __init__(self, band, level=1.0):
        self.band = band
        self.level = level
        self.output = level

    def update(self, x):
        if self.output > 0 and x > self.band:
            self.output = -self.level
        elif self.output < 0 and x < -self.band:
            self.output = self.level
        return self.output


class SwimmerPolicy:
    def __init__(self):
        self.relays = [Relay(0.6, 0.7), Relay(0.5)]

    def reset(self):
        for relay in self.relays:
            relay.output = relay.level

    def act(self, obs):
        angle, q1, q2 = obs[0], obs[1], obs[2]
        w = obs[6:8]
        u1 = self.relays[0].update(q1 + 0.1 * w[0])
        u2 = self.relays[1].update(q2 + 0.5 * q1)
        bias = max(-0.3, min(0.3, -0.5 * angle))
        return [max(-1, min(1, u + bias - 0.05 * v)) for u, v in zip((u1, u2), w)]
