# observation_size=11 action_size=3
# Style: explicit state passed in and out, `(action, new_state)`, made by init_state().
import numpy as np


def init_state():
    return {
        "phase": 0.0,
        "in_contact": True,
        "prev_action": np.zeros(3),
        "energy": 0.0,
    }


def policy(obs, state):
    z, pitch = obs[0], obs[1]
    vx, vz = obs[5], obs[6]

    in_contact = z < 1.1 if state["in_contact"] else z < 0.95
    energy = 0.9 * state["energy"] + 0.1 * (0.5 * vx**2 + 0.5 * vz**2)
    speed_up = 1.0 + 0.5 * np.tanh(energy)
    phase = (state["phase"] + 0.12 * speed_up) % 1.0

    if in_contact:
        desired = np.array([-0.1, -0.3 + 0.25 * np.sin(2 * np.pi * phase), 0.3])
    else:
        desired = np.array([0.3 - 0.05 * vx, -0.7, 0.0])
    raw = 0.9 * (desired - obs[2:5]) - 0.07 * obs[8:11] + np.array([0.4 * pitch, 0.0, 0.0])
    action = np.clip(0.7 * raw + 0.3 * state["prev_action"], -1.0, 1.0)

    new_state = {
        "phase": phase,
        "in_contact": in_contact,
        "prev_action": action,
        "energy": energy,
    }
    return action, new_state
