# observation_size=17 action_size=6
import numpy as np

PHASES = {
    "right_swing": {"duration": 18, "next": "right_strike", "pose": [0.5, -0.9, 0.1, -0.2, -0.1, 0.1]},
    "right_strike": {"duration": 7, "next": "left_swing", "pose": [0.3, -0.2, 0.0, -0.3, -0.2, 0.3]},
    "left_swing": {"duration": 18, "next": "left_strike", "pose": [-0.2, -0.1, 0.1, 0.5, -0.9, 0.1]},
    "left_strike": {"duration": 7, "next": "right_swing", "pose": [-0.3, -0.2, 0.3, 0.3, -0.2, 0.0]},
}


class Policy:
    def __init__(self):
        self.phase = "right_swing"
        self.steps = 0
        self.pose = np.array(PHASES[self.phase]["pose"])

    def reset(self):
        self.__init__()

    def advance(self, obs):
        self.steps += 1
        spec = PHASES[self.phase]
        side = self.phase.split("_")[0]
        early = (obs[3] if side == "right" else obs[6]) < -1.2 and self.phase.endswith("swing")
        if self.steps >= spec["duration"] or early:
            self.phase = spec["next"]
            self.steps = 0

    def act(self, obs):
        self.advance(obs)
        goal = np.array(PHASES[self.phase]["pose"])
        self.pose += 0.2 * (goal - self.pose)
        u = 1.5 * (self.pose - obs[2:8]) - 0.08 * obs[11:17]
        stance = [3, 4, 5] if self.phase.startswith("right") else [0, 1, 2]
        u[stance[0]] -= 0.6 * obs[1] + 0.1 * obs[10]
        return np.clip(u, -1, 1)
