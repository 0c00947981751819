"""Stand still: hold the leg a little bent and balance the torso over the foot with the hip and the ankle."""

import numpy as np

HIP_ANGLE = -0.2
KNEE_ANGLE = -0.3
ANKLE_ANGLE = 0.1
LEAN = 0.0  # rad of the torso

STIFFNESS = 2.0
DAMPING = 0.2

HIP_PER_PITCH = -2.0
HIP_PER_PITCH_RATE = -0.3
ANKLE_PER_PITCH = -0.5
ANKLE_PER_SPEED = -0.3


def servo(target, angle, rate):
    """Torque that pulls a joint towards its target angle."""
    return STIFFNESS * (target - angle) - DAMPING * rate


def policy(obs):
    pitch, speed, pitch_rate = obs[1] - LEAN, obs[5], obs[7]
    hip_target = HIP_ANGLE + HIP_PER_PITCH * pitch + HIP_PER_PITCH_RATE * pitch_rate
    ankle_target = ANKLE_ANGLE + ANKLE_PER_PITCH * pitch + ANKLE_PER_SPEED * speed
    return np.clip(
        [
            servo(hip_target, obs[2], obs[8]),
            servo(KNEE_ANGLE, obs[3], obs[9]),
            servo(ankle_target, obs[4], obs[10]),
        ],
        -1.0,
        1.0,
    )
