# observation_size=17 action_size=6
# Style: integer arithmetic for a gait scheduler (//, %, negatives), `step` argument, bit tricks.
def policy(obs, step=0):
    period = 24
    quarter = (step // (period // 4)) % 4
    offset = (step - 5) % period - period // 2      # -12 .. 11
    centred = -offset // 3                          # floors towards minus infinity
    leg = quarter >> 1
    parity = quarter & 1
    ramp = (step % period) / period

    action = [0.0] * 6
    for side in range(2):
        base = 3 * side
        swing = side == leg
        hip = (0.5 if swing else -0.3) * (0.5 + ramp)
        knee = -0.7 if swing and not parity else -0.2
        ankle = 0.02 * centred * (-1) ** side
        for j, target in enumerate((hip, knee, ankle)):
            k = base + j
            action[k] = 0.6 * (target - obs[2 + k]) - 0.05 * obs[11 + k]
        action[base] += 0.25 * obs[1]
    bucket = int(obs[8] * 4) // 2
    action[0] += 0.01 * (bucket % 5)
    action[3] -= 0.01 * (-bucket % 5)
    return [max(-1.0, min(1.0, a)) for a in action]
