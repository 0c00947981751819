# observation_size=11 action_size=3
# Style: plain lists as histories, append then pop(0) / del, negative indexing, global without resets.
import numpy as np

height_history = []
pitch_history = [0.0, 0.0]
MAX_LEN = 4


def detect_apex(history):
    if len(history) < 3:
        return False
    return history[-2] > history[-1] and history[-2] >= history[-3]


def policy(obs):
    height_history.append(obs[0])
    if len(height_history) > MAX_LEN:
        height_history.pop(0)
    pitch_history.append(float(obs[1]))
    del pitch_history[0]

    apex = detect_apex(height_history)
    pitch_trend = pitch_history[-1] - pitch_history[0]
    mean_h = np.mean(height_history)

    action = [0.0, 0.0, 0.0]
    action[0] = 0.5 * obs[1] + 0.3 * pitch_trend
    action[1] = -0.6 if apex else 0.3 * (1.25 - mean_h)
    action[2] = 0.25 * obs[4] - 0.05 * obs[10]
    if mean_h < 0.8:
        action[1] += 0.4
    return [min(max(a, -1.0), 1.0) for a in action]
