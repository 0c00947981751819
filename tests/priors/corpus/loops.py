# observation_size=27 action_size=8
import numpy as np

N_LEGS = 4


def policy(obs):
    joints = obs[5:13]
    action = np.zeros(8)
    for leg in range(N_LEGS):
        hip, knee = 2 * leg, 2 * leg + 1
        sign = 1 if leg % 2 == 0 else -1
        action[hip] = sign * 0.4 - joints[hip]
        if joints[knee] > 0.3:
            action[knee] = -0.5
            continue
        action[knee] = 0.2 * (-1) ** leg
    for i, (a, j) in enumerate(zip(action, joints)):
        action[i] = max(min(a, 1.0), -1.0) if i < 6 else a * 0.5 + 0 * j
    total = 0
    count = 0
    while count < 3:
        total += obs[count]
        count += 1
    return list(action + 0.01 * total)
