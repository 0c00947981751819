"""Balance by pushing the cart under the pole, and bring the cart back to the middle slowly."""

# Push in units of the action per rad, rad/s, m and m/s.
PER_ANGLE = 2.0
PER_RATE = 0.5
PER_POSITION = 0.15
PER_SPEED = 0.25


def policy(obs):
    position, angle, speed, rate = obs
    push = PER_ANGLE * angle + PER_RATE * rate + PER_POSITION * position + PER_SPEED * speed
    return [max(-1.0, min(1.0, push))]
