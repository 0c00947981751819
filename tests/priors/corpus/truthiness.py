# observation_size=3 action_size=3
def policy(obs):
    flag = obs[0] > 0
    count = int(flag) + int(obs[1] > 0) + True
    name = None
    speed = (obs[2] > 0 and obs[0]) or 0.25
    a = 1.0 if count and not (obs[0] < -1 or obs[1] < -1) else -1.0
    b = 0.5 if name is None else 0.0
    if [] or ():
        b = 9.0
    if -0.5 < obs[0] <= 0.5 != obs[1]:
        b += 0.125
    return [a * count / 3, b, speed]
