# observation_size=4 action_size=1
# Style: Kalman-like observer with 2x2 matrices, A @ x, np.outer, state feedback on the estimate.
import numpy as np

dt = 0.04
A = np.array([[1.0, dt], [0.0, 1.0]])
B = np.array([0.0, 0.8 * dt])
C = np.array([1.0, 0.0])
Q = np.diag([1e-3, 1e-2])
R = 0.05


class ObserverPolicy:
    def __init__(self):
        self.x_hat = np.zeros(2)
        self.P = np.eye(2)
        self.u = 0.0

    def reset(self):
        self.x_hat = np.zeros(2)
        self.P = np.eye(2)
        self.u = 0.0

    def estimate(self, y):
        # predict
        x = A @ self.x_hat + B * self.u
        P = A @ self.P @ A.T + Q
        # update
        S = C @ P @ C + R
        K = P @ C / S
        x = x + K * (y - C @ x)
        self.P = (np.eye(2) - np.outer(K, C)) @ P
        self.x_hat = x
        return x

    def act(self, obs):
        pos, theta, vel, _ = obs
        angle, rate = self.estimate(theta)
        self.u = float(np.clip(1.2 * angle + 0.3 * rate + 0.1 * pos + 0.1 * vel, -1.0, 1.0))
        return np.array([self.u])
