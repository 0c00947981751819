# observation_size=11 action_size=3
# Style: smooth blending of behaviours with sigmoids and smoothstep, weights normalised with sum; stateless.
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -30, 30)))


def smoothstep(edge0, edge1, x):
    t = np.clip((x - edge0) / (edge1 - edge0), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


BEHAVIOURS = {
    "stance": np.array([-0.2, 0.3, -0.4]),
    "push": np.array([-0.5, 0.9, -0.8]),
    "swing": np.array([0.4, -0.6, 0.3]),
    "brake": np.array([0.2, 0.0, 0.5]),
}


def policy(obs):
    z, pitch, *joints = obs[:5]
    vx, vz, dpitch = obs[5:8]
    near_ground = 1.0 - smoothstep(0.6, 1.4, z)
    weights = {
        "stance": near_ground * sigmoid(-4 * vz),
        "push": near_ground * sigmoid(4 * vz),
        "swing": 1.0 - near_ground,
        "brake": sigmoid(2.0 * (vx - 2.5)),
    }
    total = sum(weights.values()) + 1e-6
    blended = sum(w / total * BEHAVIOURS[name] for name, w in weights.items())
    posture = np.array([0.5 * pitch + 0.1 * dpitch, 0, 0])
    return np.clip(blended + posture - 0.2 * np.array(joints), -1, 1)
