# observation_size=8 action_size=4
import numpy as np


def policy(obs):
    action = [0.0] * 4
    grid = np.zeros((4, 2))
    used = 0
    for leg in range(4):
        hip, knee = obs[2 * leg], obs[2 * leg + 1]
        if hip > 1.2:
            break
        if knee < -1:
            continue
        parts = []
        for j in (hip, knee):
            parts.append(j * 0.5)
        parts += [leg]
        grid[leg] += parts[:2]
        action[leg] = sum(parts) * 0.1
        used += 1
    last = leg
    which = 1 if obs[0] > 0 else 0
    grid[which] *= 2
    pick = min(max(int(obs[1] * 4), 0), 3)
    action[pick] += 0.25
    return [a + g[0] + 0.01 * used + 0.1 * last for a, g in zip(action, grid)]
