# observation_size=8 action_size=2
# Style: `t` argument, serpenoid curve, nothing but a few lines.
import numpy as np


def policy(obs, t):
    """Serpenoid gait. `t` is the step counter."""
    time = t * 0.04
    wave = lambda lag: np.sin(2 * np.pi * 1.1 * time - lag)
    ramp = min(1.0, t / 25)
    steer = np.clip(-0.4 * obs[0] - 0.1 * obs[5], -0.3, 0.3)
    targets = np.array([ramp * 0.8 * wave(0.0), ramp * 0.8 * wave(1.2)]) + steer
    return np.clip(1.2 * (targets - obs[1:3]) - 0.08 * obs[6:8], -1, 1)
