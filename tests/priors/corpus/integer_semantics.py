# observation_size=6 action_size=4
import math


def policy(obs):
    n = int(obs[0] * 3)
    m = n % 4
    k = (-7) // 2 + -7 % 3
    gains = [0.1, 0.2, 0.3, 0.4]
    a = gains[m] + n // 3
    b = obs[1] // 0.7 - obs[2] % 0.9
    c = math.floor(obs[3]) + math.ceil(obs[4]) + round(obs[5])
    d = (n > 0) + (obs[1] > 0) * 2 + k / 7 + 2**3 / 2**4 + 2**-2
    return [a / 10, b / 10, c / 10, d / 10]
