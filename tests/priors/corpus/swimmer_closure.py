# observation_size=8 action_size=2
# Style: factory function with nonlocal memory.
import numpy as np


def make_policy(amplitude=0.9, omega=4.0, lag=1.1, dt=0.04):
    """Build a swimming policy: a travelling wave along the body."""
    phase = 0.0
    heading_integral = 0.0

    def policy(obs):
        nonlocal phase, heading_integral
        body_angle, q1, q2 = obs[0], obs[1], obs[2]
        w1, w2 = obs[6], obs[7]

        heading_integral = float(np.clip(heading_integral + body_angle * dt, -0.5, 0.5))
        steer = 0.3 * body_angle + 0.2 * heading_integral

        d1 = amplitude * np.sin(phase) - steer
        d2 = amplitude * np.sin(phase - lag) - steer
        phase = (phase + omega * dt) % (2 * np.pi)

        u1 = 1.0 * (d1 - q1) - 0.1 * w1
        u2 = 1.0 * (d2 - q2) - 0.1 * w2
        return np.clip([u1, u2], -1.0, 1.0)

    return policy


policy = make_policy()
