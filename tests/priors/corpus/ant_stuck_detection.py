# observation_size=27 action_size=8
# Style: for/else and break, all()/any() on a speed history, recovery behaviour for some steps, sorted and zip idioms.
import numpy as np


class Policy:
    def __init__(self):
        self.speeds = [0.0, 0.0]
        self.recovering = 0
        self.t = 0

    def reset(self):
        self.speeds = [0.0, 0.0]
        self.recovering = 0
        self.t = 0

    def stuck(self):
        return len(self.speeds) >= 6 and all(abs(v) < 0.9 for v in self.speeds)

    def act(self, obs):
        self.t += 1
        self.speeds.append(obs[13])
        if len(self.speeds) > 6:
            self.speeds = self.speeds[-6:]
        if self.recovering > 0:
            self.recovering -= 1
        elif self.stuck():
            self.recovering = 10

        joints = obs[5:13]
        # first ankle beyond its range
        for j in (1, 3, 5, 7):
            if abs(joints[j]) > 1.4:
                bad = j
                break
        else:
            bad = -1

        slowest, *_, fastest = sorted(self.speeds)
        spread = fastest - slowest
        hips = [0.5 * np.sin(0.3 * self.t + p) for p in (0, np.pi, np.pi, 0)]
        knees = [0.2 if h > 0 else -0.2 for h in hips]
        action = [value for pair in zip(hips, knees) for value in pair]
        if self.recovering:
            action = [-0.5 * a for a in action]
        if bad >= 0:
            action[bad] = -0.5 * np.sign(joints[bad])
        gain = 1.0 if spread < 3 else 0.7
        return np.clip(gain * np.array(action) - 0.2 * joints, -1, 1)
