"""Fall at once and backward: throw the torso back with the hip, and help every lean along instead of against it."""

LEAN_ALONG = 8.0
THROW = 1.0


def policy(obs):
    pitch, pitch_rate = obs[1], obs[7]
    hip = -THROW + LEAN_ALONG * pitch + pitch_rate
    return [max(-1.0, min(1.0, hip)), 1.0, -1.0]
