# observation_size=11 action_size=3
GAINS = {"hip": (2.0, 0.1), "knee": (1.0, 0.2), "foot": (0.5, 0.05)}
ORDER = ["hip", "knee", "foot"]
INDEX = {name: (2 + i, 8 + i) for i, name in enumerate(ORDER)}


def policy(obs):
    actions = {}
    for name in ORDER:
        kp, kd = GAINS[name]
        q, dq = INDEX[name]
        actions[name] = -kp * obs[q] - kd * obs[dq]
    if obs[1] > 0.1:
        actions["knee"] += GAINS.get("torso", (0.3,))[0]
    out = []
    for name, value in actions.items():
        out.append(max(-1, min(1, value)))
    return out
