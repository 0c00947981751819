"""Walk by relay: two diagonal pairs of legs take turns in stepping forward, and change over when they have arrived.

The pair that steps is remembered, with the steps since the change. It lifts its feet while its hips swing forward;
the other pair stands and swings back. Servos hold the joints at these targets.
"""

import numpy as np

SWING = 0.4  # rad, how far the hips go to either side
STANDING = 1.0  # rad, steepness of the shins that carry
LIFTED = 0.6  # rad, of those in the air
ARRIVED = 0.25  # rad, mean swing of the stepping pair at which the pairs change over
PATIENCE = 10  # steps

STIFFNESS = 1.0
DAMPING = 0.1
PER_HEADING = 0.4
PER_TURN = 0.05

FORWARD = (-1.0, -1.0, 1.0, 1.0)  # sign of a hip's angle when the leg swings forward
DOWN = (1.0, -1.0, -1.0, 1.0)  # sign of an ankle's angle when the shin points down


class Relay:
    """Which pair steps, legs 1 and 3 (0) or legs 2 and 4 (1), and since when."""

    def __init__(self):
        self.pair = 0
        self.since = 0

    def act(self, obs):
        hips, ankles = obs[5:13:2], obs[6:13:2]
        hip_rates, ankle_rates = obs[19:27:2], obs[20:27:2]
        reach = np.array(FORWARD) * hips

        self.since += 1
        arrived = (reach[0] + reach[2]) / 2.0 if self.pair == 0 else (reach[1] + reach[3]) / 2.0
        if arrived > ARRIVED or self.since >= PATIENCE:
            self.pair = 1 - self.pair
            self.since = 0

        heading = 2.0 * np.arctan2(obs[4] * np.sign(obs[1]), abs(obs[1]))
        steer = np.clip(PER_HEADING * heading + PER_TURN * obs[18], -0.5, 0.5)
        action = np.zeros(8)
        for leg in range(4):
            steps = 1.0 if leg % 2 == self.pair else -1.0
            stride = 1.0 + steer if leg < 2 else 1.0 - steer
            hip_target = FORWARD[leg] * steps * stride * SWING
            ankle_target = DOWN[leg] * (LIFTED if steps > 0 else STANDING)
            place = 2 * ((leg + 1) % 4)  # the actions begin with leg 4
            action[place] = STIFFNESS * (hip_target - hips[leg]) - DAMPING * hip_rates[leg]
            action[place + 1] = STIFFNESS * (ankle_target - ankles[leg]) - DAMPING * ankle_rates[leg]
        return np.clip(action, -1.0, 1.0)
