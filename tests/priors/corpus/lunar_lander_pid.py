# observation_size=8 action_size=2
# Style: reusable PID class with anti-windup and a None-initialised previous error; two instances.
import numpy as np


class PID:
    def __init__(self, kp, ki, kd, dt=0.02, limit=1.0, i_limit=0.4):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.dt = dt
        self.limit = limit
        self.i_limit = i_limit
        self.integral = 0.0
        self.prev_error = None

    def reset(self):
        self.integral = 0.0
        self.prev_error = None

    def __call__(self, error):
        derivative = 0.0
        if self.prev_error is not None:
            derivative = (error - self.prev_error) / self.dt
        self.prev_error = error
        candidate = self.integral + error * self.dt
        output = self.kp * error + self.ki * candidate + self.kd * derivative
        # only integrate when the output is not saturated (conditional anti-windup)
        if abs(output) < self.limit:
            self.integral = np.clip(candidate, -self.i_limit, self.i_limit)
        return np.clip(output, -self.limit, self.limit)


class LanderPolicy:
    """LunarLanderContinuous: hover PID on the main engine, attitude PID on the side engines."""

    def __init__(self):
        self.altitude = PID(0.6, 0.1, 0.004)
        self.attitude = PID(kp=0.5, ki=0.05, kd=0.003)

    def reset(self):
        self.altitude.reset()
        self.attitude.reset()

    def act(self, obs):
        x, y, vx, vy, angle, ang_vel, left, right = obs
        target_angle = np.clip(0.4 * x + 0.8 * vx, -0.4, 0.4)
        target_y = abs(x) * 0.5
        main = self.altitude(target_y - y - 0.5 * vy)
        side = self.attitude(angle - target_angle + 0.3 * ang_vel)
        if left > 0.5 and right > 0.5:  # legs have contact
            main, side = -0.5 * vy, 0.0
            self.altitude.reset()
        return np.array([np.clip(main, -1, 1), side])
