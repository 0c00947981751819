# observation_size=17 action_size=6
import numpy as np

TABLE = """
# joint  kp    kd    bias  k_pitch
bthigh   0.9   0.05  0.1   -0.3
bshin    0.8   0.04  -0.2  0.0
bfoot    0.5   0.03  0.0   0.1
fthigh   0.9   0.05  -0.1  0.3
fshin    0.8   0.04  0.2   0.0
ffoot    0.5   0.03  0.0   -0.1
"""

rows = [line.split() for line in TABLE.strip().splitlines() if not line.startswith("#")]
GAINS = {r[0]: tuple(map(float, r[1:])) for r in rows}
JOINTS = list(GAINS.keys())


def policy(obs):
    pitch = obs[1]
    out = []
    for i, joint in enumerate(JOINTS):
        kp, kd, bias, k_pitch = GAINS[joint]
        q, qd = obs[2 + i], obs[11 + i]
        mirror = obs[2 + (i + 3) % 6]
        front = joint.startswith("f")
        u = kp * (bias - q) - kd * qd + k_pitch * pitch
        u += (0.2 if front else -0.2) * np.sin(mirror)
        out.append(u)
    return np.clip(np.array(out), -1.0, 1.0)
