# observation_size=11 action_size=3
# Style: bounded numerical search in the policy: bisection with break, while with a counter; previous solution kept.
import numpy as np

best_angle = 0.2


def landing_error(angle, vx, z):
    return np.sin(angle) * max(z, 0.5) - 0.25 * vx - 0.02 * angle**3


def policy(obs):
    global best_angle
    z, pitch = obs[0], obs[1]
    vx = np.clip(obs[5], -2.0, 2.0)

    lo, hi = -0.9, 0.9
    mid = best_angle
    iterations = 0
    while iterations < 8:
        err = landing_error(mid, vx, z)
        if abs(err) < 0.02:
            break
        if err > 0:
            hi = mid
        else:
            lo = mid
        mid = 0.5 * (lo + hi)
        iterations += 1
    best_angle = 0.8 * mid + 0.2 * best_angle

    hip = best_angle - obs[2] + 0.3 * pitch
    knee = -0.4 - obs[3] - 0.02 * iterations
    ankle = 0.5 * (pitch - obs[4])
    return np.clip(0.7 * np.array([hip, knee, ankle]) - 0.05 * obs[8:11], -1, 1)
