"""Tip forward on a stiff, stretched leg, and kick at the end of the fall: one long step, then it lies down."""

TILT = -0.15  # rad of the hip
STIFFNESS = 3.0
DAMPING = 0.1
KICK_PITCH = 0.1  # rad of the torso


def servo(target, angle, rate):
    """Torque that pulls a joint towards its target angle."""
    return max(-1.0, min(1.0, STIFFNESS * (target - angle) - DAMPING * rate))


def policy(obs):
    ankle = -0.6 if obs[1] > KICK_PITCH else 0.3
    return [servo(TILT, obs[2], obs[8]), servo(0.0, obs[3], obs[9]), servo(ankle, obs[4], obs[10])]
