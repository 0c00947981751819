"""Stand still on four spread legs: every joint is held at one angle, which earns the bonus for being healthy."""

STEEPNESS = 0.8  # rad, how far the shins point down
STIFFNESS = 0.5
DAMPING = 0.1


def hold(target, angle, rate):
    """Action that pulls a joint towards its target angle."""
    return max(-1.0, min(1.0, STIFFNESS * (target - angle) - DAMPING * rate))


def policy(obs):
    torques = []
    for leg in range(4):
        down = 1.0 if leg in (0, 3) else -1.0
        hip, ankle = obs[5 + 2 * leg], obs[6 + 2 * leg]
        hip_rate, ankle_rate = obs[19 + 2 * leg], obs[20 + 2 * leg]
        torques.append(hold(0.0, hip, hip_rate))
        torques.append(hold(down * STEEPNESS, ankle, ankle_rate))
    return torques[6:] + torques[:6]  # the actions begin with leg 4
