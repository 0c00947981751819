"""A first attempt at a hop on both legs: fold them in the air, stretch them on the ground. It topples soon."""

import math

FLIGHT_HEIGHT = 1.2  # above it the foot is taken to be off the ground
STIFFNESS = 1.0
DAMPING = 0.2
PITCH_GAIN = 1.0
PITCH_DAMPING = 0.1


def clip(value):
    return max(-1.0, min(1.0, value))


def servo(target, angle, rate):
    return clip(STIFFNESS * (target - angle) - DAMPING * rate)


def policy(obs):
    height, pitch, climb, pitch_rate = obs[0], obs[1], obs[9], obs[10]

    if height > FLIGHT_HEIGHT:
        # Flight: fold the legs and lift the toes for the landing.
        hip_target, knee_target, ankle_target = -0.1, -0.2, 0.2
    elif climb < 0.0:
        # Landing: give way softly.
        hip_target, knee_target, ankle_target = -0.2, -0.4, 0.3
    else:
        # Thrust: stretch the legs and push with the toes.
        hip_target, knee_target, ankle_target = 0.0, -0.1, -0.3

    # Keep the torso upright.
    hip_target -= PITCH_GAIN * pitch + PITCH_DAMPING * pitch_rate

    torques = []
    for leg in (0, 3):
        for joint, target in enumerate((hip_target, knee_target, ankle_target)):
            torques.append(servo(target, obs[2 + leg + joint], obs[11 + leg + joint]))
    return torques
