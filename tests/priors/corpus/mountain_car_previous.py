# observation_size=2 action_size=1
# Style: attributes that begin as None, momentum heuristic with hysteresis.
class MountainCarPolicy:
    def __init__(self):
        self.prev_position = None
        self.direction = None
        self.stuck = 0

    def reset(self):
        self.prev_position = None
        self.direction = None
        self.stuck = 0

    def act(self, obs):
        position, velocity = obs
        if self.prev_position is None:
            self.prev_position = position
        moved = position - self.prev_position
        self.prev_position = position

        if self.direction is None:
            self.direction = 1.0 if velocity >= 0 else -1.0

        # Only change direction when the velocity is clearly of the other sign
        if velocity > 0.3:
            self.direction = 1.0
        elif velocity < -0.3:
            self.direction = -1.0

        if abs(moved) < 0.2:
            self.stuck += 1
        else:
            self.stuck = 0
        if self.stuck > 4:
            self.direction = -self.direction
            self.stuck = 0

        power = min(1.0, 0.4 + 0.5 * abs(velocity) + 0.1 * self.stuck)
        return [self.direction * power]
