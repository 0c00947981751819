"""Stand still: hold both legs a little bent and balance the torso over the feet with hips and ankles."""

import numpy as np

HIP_ANGLE = -0.8
KNEE_ANGLE = -0.7
ANKLE_ANGLE = 0.63
LEAN = 0.25  # rad of the torso; the feet have no heels

STIFFNESS = 2.0
DAMPING = 0.15

HIP_PER_PITCH = -6.0
HIP_PER_PITCH_RATE = -0.3
ANKLE_PER_PITCH = 0.5
ANKLE_PER_SPEED = -0.3


def servo(target, angle, rate):
    """Torque that pulls a joint towards its target angle."""
    return STIFFNESS * (target - angle) - DAMPING * rate


def policy(obs):
    pitch, speed, pitch_rate = obs[1] - LEAN, obs[8], obs[10]
    hip = HIP_ANGLE + HIP_PER_PITCH * pitch + HIP_PER_PITCH_RATE * pitch_rate
    ankle = ANKLE_ANGLE + ANKLE_PER_PITCH * pitch + ANKLE_PER_SPEED * speed
    torques = []
    for leg in (0, 3):
        for joint, target in enumerate((hip, KNEE_ANGLE, ankle)):
            torques.append(servo(target, obs[2 + leg + joint], obs[11 + leg + joint]))
    return np.clip(torques, -1.0, 1.0)
