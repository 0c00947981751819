# observation_size=17 action_size=6
# Style: dictionaries of gains with f-string keys, loops over ("left", "right"), module-level tables.
import math

import numpy as np

IDX = {
    "right_hip": 2, "right_knee": 3, "right_ankle": 4,
    "left_hip": 5, "left_knee": 6, "left_ankle": 7,
}
VEL_OFFSET = 9
ACT = {name: i for i, name in enumerate(IDX)}
GAINS = {
    "hip": {"kp": 0.9, "kd": 0.08},
    "knee": {"kp": 0.7, "kd": 0.06},
    "ankle": {"kp": 0.4, "kd": 0.03},
}
GAIT = {"freq": 1.4, "hip_amp": 0.45, "knee_amp": 0.5, "knee_bias": -0.45}
DT = 0.008

_time = 0.0


def reset():
    global _time
    _time = 0.0


def policy(obs):
    """Symmetric walking gait: the two legs are half a cycle apart."""
    global _time
    phase = 2.0 * math.pi * GAIT["freq"] * _time
    _time += DT

    joints = {name: obs[i] for name, i in IDX.items()}
    rates = {f"{name}_vel": obs[i + VEL_OFFSET] for name, i in IDX.items()}
    lean = obs[1] + 0.1 * obs[10]

    action = np.zeros(6)
    for side in ("left", "right"):
        offset = 0.0 if side == "left" else math.pi
        swing = math.sin(phase + offset)
        desired = {
            f"{side}_hip": GAIT["hip_amp"] * swing - 0.3 * lean,
            f"{side}_knee": GAIT["knee_bias"] - GAIT["knee_amp"] * max(0.0, math.cos(phase + offset)),
            f"{side}_ankle": 0.15 * swing,
        }
        for joint in ("hip", "knee", "ankle"):
            key = f"{side}_{joint}"
            g = GAINS[joint]
            error = desired[key] - joints[key]
            action[ACT[key]] = g["kp"] * error - g["kd"] * rates[f"{key}_vel"]
    return np.clip(action, -1.0, 1.0)
