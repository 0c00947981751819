# observation_size=6 action_size=2
def policy(obs):
    first = -1
    for i in range(6):
        if obs[i] > 0.5:
            first = i
            break
    else:
        first = 6
    largest, where = obs[0], 0
    for i, value in enumerate(obs):
        if value < -1:
            continue
        if value > largest:
            largest = value
            where = i
    return [first / 6.0, where * 0.1 + largest * 0.01]
