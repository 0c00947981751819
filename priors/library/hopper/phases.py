"""Hop in phases that are remembered: flight, landing, thrust, after the running robots of Marc Raibert.

- Flight: the leg is cocked, the foot put further forward the faster the robot runs. It ends when the torso falls fast.
- Landing: the leg gives way and the hip rights the torso. It ends when the torso no longer sinks.
- Thrust: the leg stretches and the toes push off. It ends after some steps, or when the torso is up.
"""

import numpy as np

SPEED = 1.2  # m/s
FALLING = -0.3  # m/s, at which flight becomes landing
TURNING = 0.0  # m/s, at which landing becomes thrust
RISEN = 0.7  # m/s, at which thrust becomes flight
THRUST_STEPS = 14
PATIENCE = 60  # steps

# Targets of hip, knee and ankle.
FLIGHT = (-0.7, -0.6, 0.7)
LANDING = (-0.75, -0.6, 0.4)
THRUST = (-0.75, -0.4, -0.3)

STIFFNESS = (1.3, 1.4, 3.0)
DAMPING = (0.2, 0.17, 0.1)

HIP_PER_PITCH = -5.0
KNEE_PER_PITCH = 0.6
ANKLE_PER_PITCH = 0.8
KNEE_PER_PITCH_RATE = -0.2
ANKLE_PER_PITCH_RATE = -0.1
HIP_PER_SPEED = 0.1  # in flight
KNEE_PER_SPEED = -0.2
ANKLE_PER_SPEED = -0.5


class Hopper:
    """The phase of the hop, and the steps in it."""

    def __init__(self):
        self.phase = "flight"
        self.since = 0

    def follow(self, climb):
        """Change the phase if its time is over."""
        self.since += 1
        following = self.phase
        if self.phase == "flight" and climb < FALLING:
            following = "landing"
        elif self.phase == "landing" and climb > TURNING:
            following = "thrust"
        elif self.phase == "thrust" and (self.since >= THRUST_STEPS or climb > RISEN):
            following = "flight"
        elif self.since >= PATIENCE:
            following = "thrust"
        if following != self.phase:
            self.phase = following
            self.since = 0

    def act(self, obs):
        height, pitch, hip, knee, ankle, speed, climb, pitch_rate, hip_rate, knee_rate, ankle_rate = obs
        self.follow(climb)
        too_fast = speed - SPEED
        if self.phase == "flight":
            target = np.array(FLIGHT)
            target[0] += HIP_PER_SPEED * too_fast
        elif self.phase == "landing":
            target = np.array(LANDING)
        else:
            target = np.array(THRUST)
        target[0] += HIP_PER_PITCH * pitch
        target[1] += KNEE_PER_PITCH * pitch + KNEE_PER_PITCH_RATE * pitch_rate + KNEE_PER_SPEED * too_fast
        target[2] += ANKLE_PER_PITCH * pitch + ANKLE_PER_PITCH_RATE * pitch_rate + ANKLE_PER_SPEED * too_fast
        angles = np.array([hip, knee, ankle])
        rates = np.array([hip_rate, knee_rate, ankle_rate])
        return np.clip(np.array(STIFFNESS) * (target - angles) - np.array(DAMPING) * rates, -1.0, 1.0)
