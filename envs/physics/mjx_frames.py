"""Contact frames between planes and capsules as MuJoCo's C engine has them, for MJX.

With pyramidal cones friction depends on the directions of a contact's tangents. C takes the capsule's axis
projected onto the plane, however short that is. MJX 3.17.0 takes a world axis where the projection is shorter
than 0.5, that is for capsules steeper than 60 degrees. This replaces that one function of MJX while an engine
of ours is traced. `tests/envs/test_mjx.py` notices when MJX itself is mended; then this module goes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from envs.physics.mjx_api import collision_driver

_PLANE_CAPSULE = next(
    pair for pair in collision_driver._COLLISION_FUNC if [t.name for t in pair] == ["PLANE", "CAPSULE"]
)


@contextlib.contextmanager
def exact_contact_frames() -> Iterator[None]:
    """Within it, MJX traces planes against capsules with C's contact frames."""
    functions = collision_driver._COLLISION_FUNC
    original = functions[_PLANE_CAPSULE]
    functions[_PLANE_CAPSULE] = plane_capsule
    try:
        yield
    finally:
        functions[_PLANE_CAPSULE] = original


def plane_capsule(
    model: Any, data: Any, _key: Any, geoms: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Contacts of capsules with planes: a sphere at each end of a capsule, with one frame for both.

    Args:
        model: an `mjx.Model`.
        data: an `mjx.Data` with its kinematics.
        _key: part of the signature that MJX calls.
        geoms: indices of a plane and a capsule in each row, shape `(pairs, 2)`.

    Returns:
        Distances `(2 * pairs,)` in m, negative for penetration, positions `(2 * pairs, 3)` in m and frames
        `(2 * pairs, 3, 3)`, whose rows are the normal and the two tangents.
    """
    plane, capsule = geoms.T
    normal, axis = data.geom_xmat[plane][..., 2], data.geom_xmat[capsule][..., 2]
    projected = axis - normal * jnp.sum(normal * axis, axis=-1, keepdims=True)
    length = jnp.linalg.norm(projected, axis=-1, keepdims=True)
    # mju_normalize3 gives the x axis for a vector that has no direction.
    vanishes = length < 1e-15
    tangent = jnp.where(vanishes, jnp.array([1.0, 0.0, 0.0]), projected / jnp.where(vanishes, 1.0, length))
    frame = jnp.stack([normal, tangent, jnp.cross(normal, tangent)], axis=-2)

    radius, half_length = model.geom_size[capsule, 0], model.geom_size[capsule, 1]
    ends = axis[:, None] * half_length[:, None, None] * jnp.array([1.0, -1.0])[:, None]
    centres = data.geom_xpos[capsule][:, None] + ends
    height = jnp.sum((centres - data.geom_xpos[plane][:, None]) * normal[:, None], axis=-1)
    distance = height - radius[:, None]
    position = centres - normal[:, None] * (radius[:, None] + 0.5 * distance)[..., None]
    return distance.reshape(-1), position.reshape(-1, 3), jnp.repeat(frame, 2, axis=0)


plane_capsule.ncon = 2  # type: ignore[attr-defined]
