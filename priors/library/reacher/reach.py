"""Pull the fingertip to the target as by a spring: the transposed Jacobian turns its force into torques.

The joints are braked by their rates, and all is soft, for a torque costs more than a distance.
"""

PULL = 22.52  # action per m of offset and m of lever
BRAKE = 0.08426  # action per rad/s of a joint
UPPER_ARM = 0.1  # m
LOWER_ARM = 0.11  # m


def policy(obs):
    shoulder_cos, elbow_cos, shoulder_sin, elbow_sin = obs[:4]
    offset_x, offset_y = obs[8], obs[9]

    # Direction of the lower arm: the sum of both angles.
    lower_cos = shoulder_cos * elbow_cos - shoulder_sin * elbow_sin
    lower_sin = shoulder_sin * elbow_cos + shoulder_cos * elbow_sin
    # Where the fingertip is as seen from the elbow and from the shoulder.
    elbow_x, elbow_y = LOWER_ARM * lower_cos, LOWER_ARM * lower_sin
    shoulder_x, shoulder_y = UPPER_ARM * shoulder_cos + elbow_x, UPPER_ARM * shoulder_sin + elbow_y

    force_x, force_y = -PULL * offset_x, -PULL * offset_y
    shoulder = shoulder_x * force_y - shoulder_y * force_x - BRAKE * obs[6]
    elbow = elbow_x * force_y - elbow_y * force_x - BRAKE * obs[7]
    return [max(-1.0, min(1.0, shoulder)), max(-1.0, min(1.0, elbow))]
