# observation_size=11 action_size=3
# Style: integer phases with countdown timers, tuple tables, `elif` ladders, no numpy at all.
CROUCH, THRUST, FLIGHT, LAND = range(4)
DURATION = (6, 4, 30, 8)
POSE = {
    CROUCH: (-0.3, -0.9, 0.4),
    THRUST: (0.1, -0.1, -0.3),
    FLIGHT: (0.2, -0.6, 0.1),
    LAND: (0.0, -0.4, 0.2),
}


class Hopper:
    def __init__(self):
        self.phase = CROUCH
        self.timer = DURATION[CROUCH]
        self.hops = 0

    def goto(self, phase):
        self.phase = phase
        self.timer = DURATION[phase]

    def act(self, obs):
        z, vz = obs[0], obs[6]
        self.timer -= 1
        if self.phase == CROUCH and self.timer <= 0:
            self.goto(THRUST)
        elif self.phase == THRUST and (self.timer <= 0 or vz > 1.5):
            self.goto(FLIGHT)
            self.hops += 1
        elif self.phase == FLIGHT and (vz < 0 and z < 0.5 or self.timer <= 0):
            self.goto(LAND)
        elif self.phase == LAND and self.timer <= 0:
            self.goto(CROUCH)

        boost = 0.05 * min(self.hops, 6)
        u = []
        for i, target in enumerate(POSE[self.phase]):
            kp = 0.6 + boost if self.phase == THRUST else 0.6
            u.append(kp * (target - obs[2 + i]) - 0.04 * obs[8 + i])
        u[0] += 0.25 * obs[1]
        return [-1.0 if v < -1.0 else (1.0 if v > 1.0 else v) for v in u]


def make():
    return Hopper()


policy = Hopper()
