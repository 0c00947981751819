"""A first attempt at a hop: fold the leg in the air, stretch it on the ground. In practice it just stands."""

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
    height, pitch, hip, knee, ankle, speed, climb, pitch_rate, hip_rate, knee_rate, ankle_rate = obs

    if height > FLIGHT_HEIGHT:
        # Flight: fold the leg and lift the toes for the landing.
        hip_target, knee_target, ankle_target = -0.1, -0.2, 0.2
    elif climb < 0.0:
        # Landing: give way softly.
        hip_target, knee_target, ankle_target = -0.2, -0.4, 0.3
    else:
        # Thrust: stretch the leg and push with the toes.
        hip_target, knee_target, ankle_target = 0.0, -0.1, -0.3

    # Keep the torso upright.
    hip_target -= PITCH_GAIN * pitch + PITCH_DAMPING * pitch_rate

    return [
        servo(hip_target, hip, hip_rate),
        servo(knee_target, knee, knee_rate),
        servo(ankle_target, ankle, ankle_rate),
    ]
