# observation_size=17 action_size=6
# Style: two legs as objects, phase reset on guessed contact, chained comparisons, ternaries, tuple returns.
import math


class Leg:
    def __init__(self, offset):
        self.offset = offset
        self.phase = offset
        self.contact = False

    def update(self, knee_angle, knee_rate, dphi):
        touching = -0.5 < knee_angle < 0.2 and knee_rate < 0.5
        if touching and not self.contact and self.phase > math.pi:
            self.phase = 0.0
        else:
            self.phase = (self.phase + dphi) % (2 * math.pi)
        self.contact = touching
        return self.phase

    def targets(self):
        stance = self.phase < math.pi
        hip = 0.35 * math.cos(self.phase)
        knee = -0.15 if stance else -0.15 - 0.7 * math.sin(self.phase - math.pi)
        ankle = 0.1 if stance else -0.05
        return hip, knee, ankle


class Walker:
    def __init__(self):
        self.right = Leg(0.0)
        self.left = Leg(math.pi)
        self.legs = [self.right, self.left]

    def reset(self):
        for leg in self.legs:
            leg.phase = leg.offset
            leg.contact = False

    def act(self, obs):
        pitch, vx = obs[1], obs[8]
        dphi = 0.12 + 0.03 * (vx if 0 <= vx <= 3 else 0 if vx < 0 else 3)
        out = []
        for i, leg in enumerate(self.legs):
            q = obs[2 + 3 * i : 5 + 3 * i]
            dq = obs[11 + 3 * i : 14 + 3 * i]
            leg.update(q[1], dq[1], dphi)
            for j, target in enumerate(leg.targets()):
                u = 0.8 * (target - q[j]) - 0.05 * dq[j]
                if j == 0 and leg.contact:
                    u += 0.4 * pitch
                out.append(max(-1.0, min(1.0, u)))
        return out
