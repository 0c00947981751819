# observation_size=3 action_size=2
def policy(obs):
    x = obs[0]
    if x > 1.0:
        mode = 0.3
    elif x > 0.0:
        mode = -0.3
        boost = 0.1
    elif x <= 0.0:
        mode = obs[1]
    if 1.0 >= x > 0.0:
        mode = mode + boost
    if x > 5:
        unused = 3
    return mode, mode * 0.5
