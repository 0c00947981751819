# observation_size=3 action_size=1
"""Swing-up with a Kalman filter for the angular velocity."""
import numpy as np


class KalmanFilter:
    def __init__(self, A, B, H, Q, R, x0=None, P0=None):
        self.A, self.B, self.H, self.Q, self.R = A, B, H, Q, R
        n = A.shape[0]
        self.x = np.zeros((n, 1)) if x0 is None else x0
        self.P = np.eye(n) if P0 is None else P0

    def predict(self, u):
        self.x = self.A @ self.x + self.B * u
        self.P = self.A @ self.P @ self.A.T + self.Q

    def update(self, z):
        y = z - self.H @ self.x
        y[0, 0] = (y[0, 0] + np.pi) % (2 * np.pi) - np.pi
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        self.x = self.x + K @ y
        self.P = (np.eye(len(self.x)) - K @ self.H) @ self.P
        return self.x


class Agent:
    def __init__(self):
        dt = 0.05
        self.kf = KalmanFilter(
            A=np.array([[1, dt], [0.75 * dt, 1]]), B=np.array([[0.0], [3 * dt]]), H=np.eye(2),
            Q=0.01 * np.eye(2), R=np.diag([0.1, 0.5]),
        )
        self.u = 0.0

    def act(self, obs):
        th = np.arctan2(obs[1], obs[0])
        self.kf.predict(self.u)
        th_hat, w_hat = self.kf.update(np.array([[th], [obs[2]]])).ravel()
        if abs(th_hat) < 0.5:
            u = -10 * th_hat - 2 * w_hat
        else:
            E = 0.5 * w_hat**2 + 15 * (np.cos(th_hat) - 1)
            u = -0.5 * E * w_hat
        self.u = float(np.clip(u, -2, 2))
        return np.array([self.u])
