# observation_size=23 action_size=7
# Style: task stages with a latched flag, np.linalg.norm distances, verbose comments, `global` dict as blackboard.
import numpy as np

# A "blackboard" shared between calls
BLACKBOARD = {"stage": 0, "best_distance": 1e9, "stage_steps": 0}
NOMINAL = np.array([0.2, 0.5, 0.0, -0.8, 0.0, -0.3, 0.0])


def reset():
    BLACKBOARD["stage"] = 0
    BLACKBOARD["best_distance"] = 1e9
    BLACKBOARD["stage_steps"] = 0


def policy(obs):
    q, dq = obs[:7], obs[7:14]
    tip, puck, goal = obs[14:17], obs[17:20], obs[20:23]

    to_puck = puck - tip
    to_goal = goal - puck
    d_puck = np.linalg.norm(to_puck)
    d_goal = np.linalg.norm(to_goal[:2])
    BLACKBOARD["best_distance"] = min(BLACKBOARD["best_distance"], d_goal)
    BLACKBOARD["stage_steps"] += 1

    # Stage 0: reach, stage 1: push, stage 2: hold
    if BLACKBOARD["stage"] == 0 and d_puck < 1.5:
        BLACKBOARD["stage"] = 1
        BLACKBOARD["stage_steps"] = 0
    elif BLACKBOARD["stage"] == 1:
        if d_goal < 0.8:
            BLACKBOARD["stage"] = 2
        elif d_puck > 3.5 or BLACKBOARD["stage_steps"] > 60:
            BLACKBOARD["stage"] = 0
            BLACKBOARD["stage_steps"] = 0

    stage = BLACKBOARD["stage"]
    direction = [to_puck, to_goal, np.zeros(3)][stage]
    u = 0.4 * (NOMINAL - q) - 0.1 * dq
    u[0] += 0.3 * np.arctan2(direction[1], 1.0 + abs(direction[0]))
    u[1] -= 0.2 * direction[2]
    u[3] += 0.25 * np.hypot(direction[0], direction[1])
    u[5] += 0.1 * (stage == 2) - 0.02 * min(BLACKBOARD["best_distance"], 5.0)
    return np.clip(u, -1, 1)
