# observation_size=4 action_size=1
# Style: dict of lambdas by mode, mode held in a string attribute, dispatch table of transitions.
import math

MODES = {
    "balance": lambda x, th, v, w: 3.0 * th + 0.5 * w + 0.2 * x + 0.3 * v,
    "centre": lambda x, th, v, w: 2.5 * th + 0.4 * w + 0.6 * x + 0.5 * v,
    "recover": lambda x, th, v, w: math.copysign(0.9, th) + 0.1 * w,
}


class ModalPolicy:
    def __init__(self):
        self.mode = "balance"
        self.previous = 0.0

    def next_mode(self, x, th):
        if abs(th) > 1.0:
            return "recover"
        if self.mode == "recover":
            return "recover" if abs(th) > 0.5 else "balance"
        if self.mode == "balance" and abs(x) > 0.8:
            return "centre"
        if self.mode == "centre" and abs(x) < 0.2:
            return "balance"
        return self.mode

    def act(self, obs):
        x, th, v, w = obs
        self.mode = self.next_mode(x, th)
        u = MODES[self.mode](x, th, v, w)
        # rate limit
        step = max(-0.4, min(0.4, u - self.previous))
        self.previous = max(-1.0, min(1.0, self.previous + step))
        return [self.previous]


policy = ModalPolicy()
