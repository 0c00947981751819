"""Fall backward at once: help every lean along instead of against it, and pull the legs out from under the torso."""

LEAN_ALONG = 8.0
RATE_ALONG = 1.0
THROW = 0.5


def policy(obs):
    pitch, pitch_rate = obs[1], obs[10]
    hip = max(-1.0, min(1.0, -THROW + LEAN_ALONG * pitch + RATE_ALONG * pitch_rate))
    return [hip, -1.0, -1.0, hip, -1.0, -1.0]
