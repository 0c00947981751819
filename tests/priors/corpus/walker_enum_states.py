# observation_size=17 action_size=6
# Style: Enum states, transition method, if-chains with `is`, type hints everywhere.
from __future__ import annotations

from enum import Enum, auto
from typing import List, Sequence

import numpy as np


class GaitPhase(Enum):
    LEFT_SWING = auto()
    DOUBLE_SUPPORT_A = auto()
    RIGHT_SWING = auto()
    DOUBLE_SUPPORT_B = auto()


class WalkerStateMachine:
    """Walks by cycling through four gait phases."""

    SWING_STEPS: int = 18
    SUPPORT_STEPS: int = 6

    def __init__(self) -> None:
        self.phase: GaitPhase = GaitPhase.LEFT_SWING
        self.timer: int = 0

    def reset(self) -> None:
        self.phase = GaitPhase.LEFT_SWING
        self.timer = 0

    def _advance(self, lean: float) -> None:
        self.timer += 1
        if self.phase is GaitPhase.LEFT_SWING:
            if self.timer >= self.SWING_STEPS or lean > 0.4:
                self.phase, self.timer = GaitPhase.DOUBLE_SUPPORT_A, 0
        elif self.phase is GaitPhase.DOUBLE_SUPPORT_A:
            if self.timer >= self.SUPPORT_STEPS:
                self.phase, self.timer = GaitPhase.RIGHT_SWING, 0
        elif self.phase is GaitPhase.RIGHT_SWING:
            if self.timer >= self.SWING_STEPS or lean > 0.4:
                self.phase, self.timer = GaitPhase.DOUBLE_SUPPORT_B, 0
        else:
            if self.timer >= self.SUPPORT_STEPS:
                self.phase, self.timer = GaitPhase.LEFT_SWING, 0

    def _targets(self) -> List[float]:
        if self.phase == GaitPhase.LEFT_SWING:
            return [-0.2, -0.1, 0.0, 0.5, -0.9, 0.1]
        if self.phase == GaitPhase.RIGHT_SWING:
            return [0.5, -0.9, 0.1, -0.2, -0.1, 0.0]
        return [0.1, -0.3, 0.05, 0.1, -0.3, 0.05]

    def act(self, obs: Sequence[float]) -> np.ndarray:
        self._advance(float(obs[1]))
        progress = self.timer / self.SWING_STEPS
        q, dq = np.asarray(obs[2:8]), np.asarray(obs[11:17])
        u = 0.7 * (np.array(self._targets()) - q) - 0.06 * dq
        u[[0, 3]] += 0.3 * obs[1] * (1.0 + progress)
        return np.tanh(u)
