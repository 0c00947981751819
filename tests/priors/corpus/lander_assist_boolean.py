# observation_size=8 action_size=2
# Style: boolean algebra, flags as ints, latched events as None-or-step memory, f-string debug text.
class LandingPolicy:
    DEBUG = False

    def __init__(self):
        self.step_count = 0
        self.touchdown_step = None
        self.message = ""

    def reset(self):
        self.step_count = 0
        self.touchdown_step = None
        self.message = ""

    def act(self, obs):
        x, y, vx, vy, a, w, l, r = obs
        self.step_count += 1
        contact = (l > 0.5) or (r > 0.5)
        both = bool(l > 0.5) and bool(r > 0.5)
        if contact and self.touchdown_step is None:
            self.touchdown_step = self.step_count
        if not contact and y > 1.0:
            self.touchdown_step = None

        falling, drifting = vy < -0.4, not -0.3 < vx < 0.3
        tilted = abs(a) > 0.25 and a * w > 0
        main = 0.5 * falling + 0.2 * (drifting and not tilted) - 0.3 * both
        main -= 0.15 * vy
        side = int(a > 0.05) - int(a < -0.05) + 0.5 * w

        if self.touchdown_step is not None:
            age = self.step_count - self.touchdown_step
            fade = max(0.0, 1.0 - age / 20)
            main *= fade
            side *= fade
        if self.DEBUG:
            self.message = f"step {self.step_count}: main={main:.3f} side={side:+.3f}"
            print(self.message)
        return max(-1.0, min(1.0, main)), max(-1.0, min(1.0, 0.5 * side))
