# observation_size=3 action_size=1
# Style: memory in a mutable default argument, changed in place; energy pumping with a PD catch.
import math


def policy(obs, memory={"integral": 0.0, "caught": False, "count": 0}):
    cos_th, sin_th, thdot = float(obs[0]), float(obs[1]), float(obs[2])
    theta = math.atan2(sin_th, cos_th)
    memory["count"] += 1

    if abs(theta) < 0.35 and abs(thdot) < 2.5:
        memory["caught"] = True
    elif abs(theta) > 0.8:
        memory["caught"] = False
        memory["integral"] = 0.0

    if memory["caught"]:
        memory["integral"] += theta * 0.05
        # anti-windup
        if memory["integral"] > 0.3:
            memory["integral"] = 0.3
        elif memory["integral"] < -0.3:
            memory["integral"] = -0.3
        u = -(10.0 * theta + 2.0 * thdot + 0.5 * memory["integral"])
    else:
        energy = 0.5 * thdot ** 2 + 10.0 * (math.cos(theta) - 1.0)
        u = -0.3 * energy * (1 if thdot >= 0 else -1)
        if memory["count"] < 5:
            u += 0.5  # kick off
    return [max(-1.0, min(1.0, u / 8.0))]
