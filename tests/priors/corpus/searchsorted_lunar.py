# observation_size=8 action_size=2
import numpy as np

ALT_EDGES = np.array([0.1, 0.3, 0.7, 1.2])
DESCENT = np.array([-0.05, -0.12, -0.25, -0.4, -0.5])


def schedule(y):
    i = np.searchsorted(ALT_EDGES, y)
    j = np.digitize(y, ALT_EDGES)
    return DESCENT[i] * 0.5 + DESCENT[j] * 0.5


def policy(obs):
    x, y, vx, vy, th, om, l1, l2 = obs
    vy_target = schedule(y)
    th_target = np.clip(0.5 * x + vx, -0.4, 0.4)
    landed = bool(l1 > 0.5) & bool(l2 > 0.5)
    main = 0.0 if landed else np.clip(10.0 * (vy_target - vy), -1.0, 1.0)
    side = -np.clip(10.0 * ((th_target - th) * 0.5 - om), -1.0, 1.0)
    if -0.5 < side < 0.5:
        side = 0.0
    return np.array([main, side], dtype=np.float64)
