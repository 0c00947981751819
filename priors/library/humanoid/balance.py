"""Stand on stiff legs and balance: servos hold the limbs, hips and trunk answer to the lean of the torso.

The feet are points, so nothing but the swing of the body against the legs can balance it. A lean forward is met by
legs that swing forward under the body and a trunk that bends; a lean to a side likewise, by hips and trunk.
"""

import numpy as np

# The posture. Angles in rad, in the order of the hinges: trunk z, y, x; right hip x, z, y and knee; left likewise.
TRUNK_Y = 0.0
HIP_Y = 0.0
KNEE = 0.0
HIP_X = -0.1
SHOULDER = 0.0
ELBOW = -0.5

TRUNK_STIFFNESS = 3.0
HIP_STIFFNESS = 3.0
KNEE_STIFFNESS = 3.0
ARM_STIFFNESS = 1.0
DAMPING = 0.2

# Shift of the targets per rad of lean, and per rad/s of it.
HIP_Y_PER_LEAN = -1.0
HIP_Y_PER_LEAN_RATE = -0.2
HIP_Y_PER_SPEED = -0.1
TRUNK_Y_PER_LEAN = 0.5
TRUNK_Y_PER_LEAN_RATE = 0.1
HIP_X_PER_TILT = 0.5
HIP_X_PER_TILT_RATE = 0.1
TRUNK_X_PER_TILT = 0.5
TRUNK_X_PER_TILT_RATE = 0.1


def policy(obs):
    w, x, y, z = obs[1:5]
    angle, rate = obs[5:22], obs[28:45]
    lean = 2.0 * (x * z + w * y)  # forward part of the torso's up axis
    tilt = 2.0 * (y * z - w * x)  # its leftward part
    tilt_rate, lean_rate = -obs[25], obs[26]

    hip_y = HIP_Y + HIP_Y_PER_LEAN * lean + HIP_Y_PER_LEAN_RATE * lean_rate + HIP_Y_PER_SPEED * obs[22]
    shift = HIP_X_PER_TILT * tilt + HIP_X_PER_TILT_RATE * tilt_rate
    targets = [
        0.0,
        TRUNK_Y + TRUNK_Y_PER_LEAN * lean + TRUNK_Y_PER_LEAN_RATE * lean_rate,
        -TRUNK_X_PER_TILT * tilt - TRUNK_X_PER_TILT_RATE * tilt_rate,
        HIP_X + shift,
        0.0,
        hip_y,
        KNEE,
        HIP_X - shift,
        0.0,
        hip_y,
        KNEE,
        SHOULDER,
        SHOULDER,
        ELBOW,
        -SHOULDER,
        -SHOULDER,
        ELBOW,
    ]
    stiffness = [TRUNK_STIFFNESS] * 3 + ([HIP_STIFFNESS] * 3 + [KNEE_STIFFNESS]) * 2 + [ARM_STIFFNESS] * 6
    torque = np.array(stiffness) * (np.array(targets) - angle) - DAMPING * rate
    # The motors have trunk y before trunk z.
    return np.clip([torque[1], torque[0], *torque[2:]], -1.0, 1.0)
