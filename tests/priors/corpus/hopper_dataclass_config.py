# observation_size=11 action_size=3
# Style: verbose class controller with a frozen dataclass of gains, phases as strings, PD helper methods.
"""Hopper-v4 controller.

The controller is a small finite state machine (stance / flight) with PD tracking of joint targets.
"""
from dataclasses import dataclass, field
from typing import Dict, Tuple

import numpy as np


@dataclass(frozen=True)
class HopperConfig:
    """Tunable parameters of the controller."""

    # Proportional gains
    kp_thigh: float = 1.2
    kp_leg: float = 1.0
    kp_foot: float = 0.6
    # Derivative gains
    kd_thigh: float = 0.12
    kd_leg: float = 0.10
    kd_foot: float = 0.05
    # Torso stabilisation
    pitch_gain: float = 0.8
    pitch_rate_gain: float = 0.1
    target_velocity: float = 1.5
    liftoff_height: float = 0.35
    action_limit: float = 1.0


class HopperController:
    """Finite state machine for hopping forward."""

    def __init__(self, config: HopperConfig = HopperConfig()):
        self.cfg = config
        self.targets: Dict[str, Tuple[float, float, float]] = {
            "stance": (-0.15, -0.35, 0.20),
            "flight": (0.25, -0.80, -0.10),
        }
        self.phase = "stance"
        self.steps_in_phase = 0

    def reset(self) -> None:
        self.phase = "stance"
        self.steps_in_phase = 0

    def _pd(self, target: float, q: float, dq: float, kp: float, kd: float) -> float:
        return kp * (target - q) - kd * dq

    def _update_phase(self, z: float, vz: float) -> None:
        """Switch between stance and flight with a minimum dwell time."""
        self.steps_in_phase += 1
        if self.steps_in_phase < 3:
            return
        if self.phase == "stance" and vz > self.cfg.liftoff_height:
            self.phase = "flight"
            self.steps_in_phase = 0
        elif self.phase == "flight" and vz < 0.0 and z < 1.0:
            self.phase = "stance"
            self.steps_in_phase = 0

    def act(self, obs: np.ndarray) -> np.ndarray:
        z, pitch, thigh, leg, foot, vx, vz, dpitch, dthigh, dleg, dfoot = obs
        self._update_phase(z, vz)
        c = self.cfg
        t_thigh, t_leg, t_foot = self.targets[self.phase]

        # Foot placement: swing the leg forward when we are too fast
        if self.phase == "flight":
            t_thigh += 0.1 * (vx - c.target_velocity)

        a_thigh = self._pd(t_thigh, thigh, dthigh, c.kp_thigh, c.kd_thigh)
        a_leg = self._pd(t_leg, leg, dleg, c.kp_leg, c.kd_leg)
        a_foot = self._pd(t_foot, foot, dfoot, c.kp_foot, c.kd_foot)
        if self.phase == "stance":
            a_thigh += c.pitch_gain * pitch + c.pitch_rate_gain * dpitch
        action = np.array([a_thigh, a_leg, a_foot], dtype=np.float64)
        return np.clip(action, -c.action_limit, c.action_limit)


policy = HopperController()
