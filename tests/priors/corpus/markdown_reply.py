# observation_size=3 action_size=1
import numpy as np
import os.path
import random as rnd


def helper(x: float) -> float:
    return x


def get_action(state):
    """Swing up."""
    assert len(state) == 3, "wrong observation"
    cos_t, sin_t, vel = state
    theta = np.arctan2(sin_t, cos_t)
    energy = 0.5 * vel**2 + 10.0 * (cos_t - 1)
    if abs(theta) < 0.3:
        torque = -8.0 * theta - 1.5 * vel
    else:
        torque = np.sign(vel) * (0.0 - energy) * 0.2
    print("torque", torque)
    return np.array([helper(torque / 2.0)]).clip(-1, 1)


if __name__ == "__main__":
    import gymnasium as gym

    env = gym.make("Pendulum-v1")
    obs, _ = env.reset()
    print(get_action(obs))
