# observation_size=7 action_size=4
def policy(obs):
    head, *middle, tail = obs
    (a, b), c = (head, tail), len(middle)
    if (s := a + b) > 0.5:
        a, b = b, a
    x = y = s / c
    x += 1
    values = [*middle[:2], a, b]
    values.extend([x])
    values[1:3] = [y, values.pop()]
    first, second = divide(values)
    out = first + second
    out *= 1
    del_me: float = out[0]
    return (out[0], out[1], del_me * 0.5, out[-1])


def divide(v, parts=2):
    n = len(v) // parts
    return v[:n], v[n:]
