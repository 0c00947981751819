# observation_size=27 action_size=8
# Style: nested dictionaries of per-leg state, string keys, contact guesses from joint velocity.
import numpy as np

LEGS = ["front_left", "front_right", "back_left", "back_right"]


def new_leg(phase):
    return {"phase": phase, "stance": True, "since": 0}


class QuadrupedPolicy:
    def __init__(self):
        self.state = {}
        self.reset()

    def reset(self):
        self.state = {
            "legs": {name: new_leg(0.25 * i) for i, name in enumerate(LEGS)},
            "speed": 0.0,
        }

    def update_leg(self, leg, ankle_rate):
        leg["since"] += 1
        rate = 0.05 if leg["stance"] else 0.08
        leg["phase"] += rate
        if leg["phase"] >= 1.0:
            leg["phase"] -= 1.0
            leg["stance"] = not leg["stance"]
            leg["since"] = 0
        elif leg["stance"] is False and ankle_rate < -1.0 and leg["since"] > 5:
            # early touch down
            leg["stance"] = True
            leg["since"] = 0
        return leg

    def act(self, obs):
        self.state["speed"] = 0.9 * self.state["speed"] + 0.1 * obs[13]
        action = np.zeros(8)
        for i, (name, leg) in enumerate(self.state["legs"].items()):
            self.update_leg(leg, obs[20 + 2 * i])
            forward = 1.0 if name.endswith("left") else -1.0
            sign = 1.0 if name.startswith("front") else -1.0
            s = np.sin(2 * np.pi * leg["phase"])
            amplitude = 0.5 / (1.0 + 0.2 * abs(self.state["speed"]))
            hip = forward * amplitude * (s if leg["stance"] else -s)
            ankle = sign * (0.5 if leg["stance"] else 0.9)
            action[2 * i] = hip - 0.3 * obs[5 + 2 * i]
            action[2 * i + 1] = 0.5 * (ankle - obs[6 + 2 * i])
        return np.clip(action, -1, 1)
