# observation_size=11 action_size=3
# Style: class with a tiny model inside: Euler rollouts of a ballistic model, argmin over candidates, warm start.
import numpy as np


class PredictivePolicy:
    HORIZON = 4
    CANDIDATES = np.linspace(-0.6, 0.6, 5)

    def __init__(self, state_dim, n_actions, dt=0.1):
        self.dt = dt
        self.u_prev = np.zeros(n_actions)
        self.n = state_dim

    def rollout_cost(self, z, vz, pitch, dpitch, u):
        cost = 0.0
        for _ in range(self.HORIZON):
            vz += self.dt * (-4.0 + 8.0 * max(u, 0.0) * (z < 1.2))
            z += self.dt * vz
            dpitch += self.dt * (2.0 * u - 0.5 * pitch)
            pitch += self.dt * dpitch
            cost += (z - 1.25) ** 2 + 2.0 * pitch**2 + 0.1 * u**2
        return cost

    def select_action(self, state):
        z, pitch, vz, dpitch = state[0], state[1], state[6], state[7]
        options = self.u_prev[0] * 0.5 + self.CANDIDATES
        costs = [self.rollout_cost(z, vz, pitch, dpitch, u) for u in options]
        u = options[int(np.argmin(costs))]
        self.u_prev = np.array([u, 0.5 * u - 0.3 * state[3], -0.3 * state[4]])
        return np.clip(self.u_prev, -1.0, 1.0)
