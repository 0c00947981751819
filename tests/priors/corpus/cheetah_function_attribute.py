# observation_size=17 action_size=6
# Style: function attributes with hasattr as memory, scalar maths, a wall of named variables.
import math
import random  # for exploration, if you want it


def policy(observation):
    if not hasattr(policy, "t"):
        policy.t = 0.0
        policy.last_action = [0.0] * 6

    # --- unpack -------------------------------------------------------
    z_front = observation[0]
    pitch = observation[1]
    bthigh, bshin, bfoot = observation[2], observation[3], observation[4]
    fthigh, fshin, ffoot = observation[5], observation[6], observation[7]
    vx = observation[8]
    pitch_rate = observation[10]

    # --- gait ---------------------------------------------------------
    freq = 2.5 + 0.2 * math.tanh(vx)
    policy.t += 0.05 * freq
    s = math.sin(2 * math.pi * policy.t)
    c = math.cos(2 * math.pi * policy.t)

    raw = [
        0.7 * s - 0.4 * bthigh,
        0.5 * c - 0.3 * bshin,
        -0.4 * s - 0.2 * bfoot,
        -0.6 * s - 0.4 * fthigh + 0.3 * pitch,
        -0.5 * c - 0.3 * fshin,
        0.3 * s - 0.2 * ffoot - 0.05 * pitch_rate,
    ]

    # --- upside down? just try to flip back -----------------------------
    if abs(pitch) > 2.0:
        raw = [math.copysign(0.8, pitch)] * 6

    # --- smooth -------------------------------------------------------
    action = []
    for new, old in zip(raw, policy.last_action):
        value = 0.6 * new + 0.4 * old
        action.append(max(-1.0, min(1.0, value)))
    policy.last_action = action
    return action
