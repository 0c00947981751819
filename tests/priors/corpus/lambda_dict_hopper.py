# observation_size=11 action_size=3
import numpy as np

RULES = [
    # (name, condition, action, weight)
    ("falling_fwd", lambda o: o["pitch"] > 0.2, lambda o: (-0.8, 0.2, 0.4), 1.0),
    ("falling_bwd", lambda o: o["pitch"] < -0.2, lambda o: (0.8, -0.2, -0.4), 1.0),
    ("too_low", lambda o: o["z"] < -0.3, lambda o: (0.1, 0.9, -0.2), 0.7),
    ("descending", lambda o: o["vz"] < -0.5, lambda o: (0.0, -0.4 * o["leg"], 0.3), 0.5),
    ("cruise", lambda o: True, lambda o: (-0.2 * o["thigh"], -0.3 * o["leg"], -0.3 * o["foot"]), 0.3),
]
NAMES = "z pitch thigh leg foot vx vz wp wth wleg wfoot".split()


def policy(obs):
    o = dict(zip(NAMES, obs))
    active = [(w, f(o)) for _, cond, f, w in RULES if cond(o)]
    total = sum(w for w, _ in active)
    u = np.zeros(3)
    for w, a in active:
        u += w / total * np.array(a)
    damping = 0.05 * np.array([o["wth"], o["wleg"], o["wfoot"]])
    return np.clip(u - damping, -1, 1)
