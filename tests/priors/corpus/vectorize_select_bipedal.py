# observation_size=24 action_size=4
import numpy as np


@np.vectorize
def deadzone(x, width=0.05):
    if abs(x) < width:
        return 0.0
    return x - np.sign(x) * width


def policy(s):
    hull, w, vx, vy = s[:4]
    legs = s[4:14].reshape(2, 5)
    q = legs[:, [0, 2]]
    v = legs[:, [1, 3]]
    contact = legs[:, 4] > 0.5
    lidar = s[14:24]
    obstacle = np.min(lidar[:5])
    lead = np.argmax(q[:, 0])
    mode = np.select(
        [contact.all(), contact.any(), hull > 0.5],
        [0, 1, 2],
        default=3,
    )
    table = np.array([
        [[0.4, -0.4], [-0.2, 0.1]],
        [[0.8, -0.6], [-0.4, 0.3]],
        [[0.2, 0.0], [0.2, 0.0]],
        [[0.5, -0.5], [0.0, 0.2]],
    ])
    target = table[mode]
    if lead == 1:
        target = target[::-1]
    target = target + np.array([0.3, -0.3]) * np.exp(-5 * max(obstacle, 0))
    err = deadzone(target - q)
    u = 2.0 * err - 0.3 * v
    u[:, 0] -= 0.9 * hull + 0.5 * w
    return np.clip(u.flatten(), -1, 1)
