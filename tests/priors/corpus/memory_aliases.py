# observation_size=4 action_size=4
# Two names of one object that is remembered, until one of them is given another.
a = [0.0]
b = a
c = [0.1]
d = [0.2]


class A:
    k = 0.1


class B(A):
    pass


class C(A):
    k = 0.2


class D(B, C):
    pass


def policy(obs):
    global a, c
    b[0] = 0.5 * b[0] + 0.1 * obs[1]
    seen = a[0]
    a = [0.7]
    if obs[0] > 1.5:
        c = d
    c[0] = 0.9 * c[0] + 0.1 * obs[2]
    return [seen, b[0], c[0] - d[0], D.k]
