# observation_size=4 action_size=1
def act(observation):
    x, v, theta, omega = observation
    if theta > 0.2:
        if omega > 0:
            return [1.0]
        return [0.5]
    if theta < -0.2:
        if omega < 0:
            return [-1.0]
        elif x > 1:
            force = -0.25
        else:
            force = -0.75
        return [force]
    for limit in (0.5, 1.0, 2.0):
        if v > limit:
            return (-limit / 4,)
    return [0.1 * x]
