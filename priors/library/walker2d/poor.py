"""Tip forward on two stiff legs, one behind the other: one long step, then it lies down."""

BACK = -0.5  # rad of the right hip
STIFFNESS = 2.0
DAMPING = 0.1
TOES = 0.4  # rad of the ankles


def servo(target, angle, rate):
    """Torque that pulls a joint towards its target angle."""
    return max(-1.0, min(1.0, STIFFNESS * (target - angle) - DAMPING * rate))


def policy(obs):
    targets = [BACK, 0.0, TOES, 0.0, 0.0, TOES]
    return [servo(target, angle, rate) for target, angle, rate in zip(targets, obs[2:8], obs[11:17])]
