# observation_size=11 action_size=2
# Style: stateless numpy inverse kinematics with a damped Jacobian, type aliases, Optional arguments.
from typing import Optional, Tuple

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
L1: float = 0.1
L2: float = 0.11


def _angles(obs: Vector) -> Tuple[float, float]:
    c1, c2, s1, s2 = obs[:4]
    return float(np.arctan2(s1, c1)), float(np.arctan2(s2, c2))


def _jacobian(q1: float, q2: float) -> Vector:
    s1, c1 = np.sin(q1), np.cos(q1)
    s12, c12 = np.sin(q1 + q2), np.cos(q1 + q2)
    return np.array([
        [-L1 * s1 - L2 * s12, -L2 * s12],
        [L1 * c1 + L2 * c12, L2 * c12],
    ])


def policy(obs: Vector, damping: float = 0.05, gain: Optional[float] = None) -> Vector:
    """Push the fingertip towards the target with the damped transpose of the Jacobian."""
    if gain is None:
        gain = 6.0
    q1, q2 = _angles(obs)
    J = _jacobian(q1, q2)
    error = -obs[8:10]  # target - fingertip
    A = J @ J.T + damping**2 * np.eye(2)
    det = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    inv = np.array([[A[1, 1], -A[0, 1]], [-A[1, 0], A[0, 0]]]) / det
    dq_des = J.T @ (inv @ error)
    tau = gain * 0.01 * dq_des - 0.1 * obs[6:8]
    return np.clip(tau, -1.0, 1.0)
