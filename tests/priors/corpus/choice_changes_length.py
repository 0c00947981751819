# observation_size=4 action_size=3
# Values that depend on a test go into lists and dicts, whose length must not.
history = []


def policy(obs):
    history.append(None if obs[3] > 0 else obs[2])
    if len(history) > 2:
        history.pop(0)
    modes = []
    modes.append("near" if obs[0] > 0 else "far")
    count = {}
    key = "a" if obs[1] > 0 else "b"
    count[key] = 0.5
    count["c"] = count.get(key, 0) + 0.1
    known = 0.5 if history[0] is None else history[0]
    return [0.1 * len(modes), 0.1 * len(count) + count["c"], known * 0.2]
