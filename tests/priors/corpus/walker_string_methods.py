# observation_size=17 action_size=6
# Style: state names composed of strings, dictionary of transitions, tables with tuples as keys.
POSES = {
    ("swing", "early"): (0.3, -0.9, 0.1),
    ("swing", "late"): (0.6, -0.3, 0.0),
    ("stance", "early"): (0.1, -0.2, 0.05),
    ("stance", "late"): (-0.3, -0.1, 0.2),
}
NEXT = {"early": "late", "late": "early"}
OTHER = {"swing": "stance", "stance": "swing"}
STEPS = 9

roles = {"right": "swing", "left": "stance"}
half = "early"
counter = 0


def advance(obs):
    global half, counter
    counter += 1
    early_contact = obs[0] < 0.6 and half == "late"
    if counter < STEPS and not early_contact:
        return
    counter = 0
    if half == "late":
        for side in roles:
            roles[side] = OTHER[roles[side]]
    half = NEXT[half]


def policy(obs):
    advance(obs)
    u = []
    for i, side in enumerate(("right", "left")):
        pose = POSES[roles[side], half]
        for j, target in enumerate(pose):
            k = 3 * i + j
            u.append(0.6 * (target - obs[2 + k]) - 0.05 * obs[11 + k])
        if roles[side] == "stance":
            u[3 * i] += 0.35 * obs[1]
    return [max(min(v, 1.0), -1.0) for v in u]
