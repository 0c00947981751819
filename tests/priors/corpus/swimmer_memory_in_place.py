# observation_size=8 action_size=2
# Style: memory dict handed in, filled lazily with setdefault / get / `in`, action returned alone.
import math


def init_memory():
    return {}


def policy(obs, memory):
    memory.setdefault("t", 0)
    if "peak" not in memory:
        memory["peak"] = 0.0
    memory["peak"] = max(0.97 * memory["peak"], abs(obs[3]))
    last = memory.get("last", (0.0, 0.0))

    t = memory["t"]
    memory["t"] = t + 1
    amp = 0.9 if memory["peak"] < 1.5 else 0.6
    a = amp * math.sin(0.3 * t) - 0.3 * obs[1]
    b = amp * math.sin(0.3 * t + 2.0) - 0.3 * obs[2]
    a = 0.7 * a + 0.3 * last[0]
    b = 0.7 * b + 0.3 * last[1]
    memory["last"] = (a, b)
    return [max(-1.0, min(1.0, a)), max(-1.0, min(1.0, b))]
