# observation_size=11 action_size=3
# Style: global counter, integer phases by modulo, short and a bit sloppy.
import numpy as np

t = 0
PERIOD = 40


def policy(obs):
    global t
    t += 1
    phase = t % PERIOD
    height = obs[0]
    angle = obs[1]
    if phase < PERIOD // 4:
        a = np.array([0.2, 0.4, -0.3])      # crouch
    elif phase < PERIOD // 2:
        a = np.array([-0.4, -0.6, 0.7])     # push off
    else:
        a = np.array([0.1, 0.0, 0.0])       # swing
    # keep the torso upright
    a[0] += 0.5 * angle + 0.05 * obs[7]
    if height < 0.9:
        a[1] -= 0.2
    a -= 0.03 * obs[8:11]
    return np.clip(a, -1, 1)
