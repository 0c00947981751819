# observation_size=17 action_size=6
# Style: mutable dataclass state with default factories, separated perception / planning / control methods.
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Memory:
    phase: float = 0.0
    mode: str = "run"
    flipped_for: int = 0
    filtered: np.ndarray = field(default_factory=lambda: np.zeros(6))


@dataclass
class Estimate:
    pitch: float
    pitch_rate: float
    speed: float


class CheetahAgent:
    def __init__(self):
        self.mem = Memory()

    def reset(self):
        self.mem = Memory()

    def perceive(self, obs) -> Estimate:
        return Estimate(pitch=obs[1], pitch_rate=obs[10], speed=obs[8])

    def plan(self, est: Estimate):
        m = self.mem
        if abs(est.pitch) > 1.2:
            m.flipped_for += 1
        else:
            m.flipped_for = 0
        m.mode = "recover" if m.flipped_for >= 3 else "run"
        rate = 0.35 if m.mode == "run" else 0.1
        m.phase = (m.phase + rate + 0.02 * np.clip(est.speed, -2, 2)) % (2 * np.pi)

    def control(self, obs):
        m = self.mem
        s, c = np.sin(m.phase), np.cos(m.phase)
        if m.mode == "run":
            target = np.array([0.7 * s, 0.5 * c, -0.3 * s, -0.7 * s, -0.5 * c, 0.3 * s])
        else:
            target = np.array([0.9, -0.5, 0.0, -0.9, 0.5, 0.0]) * np.sign(obs[1])
        m.filtered = 0.5 * m.filtered + 0.5 * target
        return m.filtered - 0.3 * obs[2:8] - 0.03 * obs[11:17]

    def act(self, obs):
        self.plan(self.perceive(obs))
        return np.clip(self.control(obs), -1.0, 1.0)


agent = CheetahAgent()


def get_action(obs):
    return agent.act(obs)
