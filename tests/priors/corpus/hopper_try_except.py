# observation_size=11 action_size=3
# Style: defensive programming: try/except around arithmetic, isinstance checks, logging, fallbacks.
import logging
import math

import numpy as np

logger = logging.getLogger(__name__)


def safe_div(a, b, default=0.0):
    try:
        return a / b
    except ZeroDivisionError:
        return default


def policy(obs):
    try:
        obs = np.asarray(obs, dtype=np.float64).flatten()
        if obs.shape[0] != 11:
            raise ValueError("bad observation")
    except (TypeError, ValueError) as exc:
        logger.warning("fallback action: %s", exc)
        return np.zeros(3)

    z, pitch = float(obs[0]), float(obs[1])
    vx, vz = float(obs[5]), float(obs[6])
    # time to the next touch down, ballistic
    g = 9.81
    disc = vz * vz + 2 * g * max(z - 0.6, 0.0)
    time_to_ground = safe_div(vz + math.sqrt(disc), g)
    ratio = safe_div(vx, 1.0 + abs(vz))

    thigh = 0.3 * math.tanh(ratio) + 0.6 * pitch
    if time_to_ground > 0.15:
        leg, foot = -0.4, 0.2
    else:
        leg, foot = 0.5 - 0.2 * obs[3], -0.3 * obs[4]
    action = np.array([thigh, leg, foot])
    if not np.all(np.isfinite(action)):
        logger.error("not finite: %r", action)
        action = np.zeros(3)
    return np.clip(action, -1.0, 1.0)
