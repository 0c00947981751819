# observation_size=11 action_size=1
# Style: gain scheduling with nested conditionals, integrator with leak and reset, many constants in CAPS.
import numpy as np

KX, KT1, KT2 = 0.25, 1.6, 2.1
DX, DT1, DT2 = 0.30, 0.35, 0.42
KI = 0.05
LEAK = 0.99
I_MAX = 1.0
FAR, VERY_FAR = 0.5, 1.0


class DoublePendulumPolicy:
    integral = 0.0

    def act(self, obs):
        x, sin1, sin2, cos1, cos2 = obs[0], obs[1], obs[2], obs[3], obs[4]
        vx, w1, w2 = obs[5], obs[6], obs[7]
        t1 = np.arctan2(sin1, cos1)
        t2 = np.arctan2(sin2, cos2)

        self.integral = LEAK * self.integral + x * 0.05
        if abs(self.integral) > I_MAX:
            self.integral = np.sign(self.integral) * I_MAX
        if x * self.integral < 0:
            self.integral = 0.0

        if abs(x) > FAR:
            scale = 0.5 if abs(x) > VERY_FAR else 0.75
        else:
            scale = 1.0
            if abs(t1) < 0.05 and abs(t2) < 0.05:
                scale = 0.3
        u = KX * x + KT1 * t1 - KT2 * (t2 - t1) + DX * vx + DT1 * w1 - DT2 * w2 + KI * self.integral
        return np.array([np.tanh(0.3 * scale * u)])
