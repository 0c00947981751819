# observation_size=4 action_size=1
# Style: early returns, many special cases, prints and asserts left in.
import math

import numpy as np


def wrap_to_pi(angle):
    while angle > np.pi:
        angle -= 2 * np.pi
    while angle < -np.pi:
        angle += 2 * np.pi
    return angle


def act(obs, verbose=False):
    """Swing up and balance."""
    assert len(obs) == 4, f"expected 4 entries, got {len(obs)}"
    x, theta, v, omega = (float(value) for value in obs)
    theta = wrap_to_pi(theta)
    if verbose:
        print(f"x={x:.2f} theta={theta:.2f}")

    # Safety first: get away from the end of the track
    if x > 2.2 and v > 0:
        return np.array([-0.9])
    if x < -2.2 and v < 0:
        return np.array([0.9])

    # Balance
    if abs(theta) < 0.3:
        force = 1.5 * theta + 0.4 * omega + 0.1 * x + 0.15 * v
        return np.clip(np.array([force]), -1, 1)

    # Energy based swing up
    energy = 0.5 * omega ** 2 + 9.8 * (math.cos(theta) - 1)
    direction = 1 if omega * math.cos(theta) > 0 else -1
    force = 0.05 * energy * direction - 0.1 * x
    if abs(force) < 1e-3:
        return np.array([0.1])
    return np.array([max(min(force, 1.0), -1.0)])


if __name__ == "__main__":
    for _ in range(3):
        print(act(np.zeros(4), verbose=True))
