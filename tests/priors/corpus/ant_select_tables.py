# observation_size=27 action_size=8
# Style: vectorised numpy without a single loop: np.select, np.interp tables, masks, np.r_.
import numpy as np

HEIGHT_KNOTS = np.array([0.2, 0.4, 0.55, 0.75, 1.0])
STIFFNESS = np.array([0.2, 0.7, 0.9, 0.8, 0.3])
NEUTRAL = np.r_[0.0, 1.0, 0.0, -1.0, 0.0, -1.0, 0.0, 1.0]
IS_HIP = np.arange(8) % 2 == 0


def policy(obs):
    z = obs[0]
    q, dq = obs[5:13], obs[19:27]
    vx, vy = obs[13], obs[14]
    stiffness = np.interp(z, HEIGHT_KNOTS, STIFFNESS)

    error = NEUTRAL - q
    # bang-bang far away, linear close by, dead zone around zero
    control = np.select(
        [np.abs(error) > 1.0, np.abs(error) > 0.05],
        [np.sign(error), error],
        default=0.0,
    )
    damping = np.where(IS_HIP, 0.08, 0.04) * dq
    drift = np.where(IS_HIP, -0.15 * vy, 0.0)
    fast = (vx > 1.0) & (np.abs(vy) < 0.5)
    scale = np.where(fast, 0.6, 1.0)
    u = scale * stiffness * control - damping + drift
    over = np.abs(u) > 0.9
    u[over] = 0.9 * np.sign(u[over])
    return u
