# observation_size=17 action_size=6
# Style: keyframe table with interpolation between rows, integer index from a float phase.
import numpy as np

KEYFRAMES = [
    # bthigh, bshin, bfoot, fthigh, fshin, ffoot
    [0.6, -0.4, 0.2, -0.5, 0.3, 0.1],
    [0.2, 0.5, -0.3, -0.2, -0.4, 0.4],
    [-0.6, 0.3, 0.5, 0.4, -0.6, -0.2],
    [-0.3, -0.6, 0.1, 0.7, 0.2, -0.3],
]
CYCLE = 14  # steps per cycle
KP = [0.8, 0.8, 0.5, 0.8, 0.7, 0.5]
KD = [0.06, 0.05, 0.02] * 2


class KeyframePolicy:
    def __init__(self):
        self.step_count = 0

    def reset(self):
        self.step_count = 0

    def predict(self, obs):
        position = (self.step_count % CYCLE) / CYCLE * len(KEYFRAMES)
        index = int(position)
        frac = position - index
        a = KEYFRAMES[index]
        b = KEYFRAMES[(index + 1) % len(KEYFRAMES)]
        self.step_count += 1
        # slow down while airborne and pitched
        if abs(obs[1]) > 0.8:
            self.step_count -= 1

        action = []
        for j in range(6):
            target = (1 - frac) * a[j] + frac * b[j]
            u = KP[j] * (target - 0.5 * obs[2 + j]) - KD[j] * obs[11 + j]
            action.append(float(np.clip(u, -1, 1)))
        return action
