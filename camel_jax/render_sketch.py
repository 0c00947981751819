"""Frames of a rollout drawn with matplotlib: shaded silhouettes on a tiled floor, in parallel projection."""

from __future__ import annotations

from collections.abc import Iterator

import mujoco
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

_SKY, _DARK_TILE, _LIGHT_TILE, _INK = (
    np.array(to_rgb(c)) for c in ("#e6edf2", "#aebcc3", "#cdd8dd", "#48545c")
)
_LAYERS = ((1.0, 0.72), (0.86, 0.88), (0.6, 1.0), (0.3, 1.14))  # part of the radius, brightness
_TILE = 0.5  # m


def solid_geoms(model: mujoco.MjModel) -> np.ndarray:
    """Indices of the geoms that MuJoCo shows by default, without the ground, `(geoms,)`."""
    ground = (mujoco.mjtGeom.mjGEOM_PLANE, mujoco.mjtGeom.mjGEOM_HFIELD)
    shown = (model.geom_group < 3) & (model.geom_rgba[:, 3] > 0)
    return np.flatnonzero(shown & ~np.isin(model.geom_type, ground))


def frames(
    model: mujoco.MjModel,
    qpos: np.ndarray,
    *,
    lookat: np.ndarray,
    axes: np.ndarray,
    half_height: float,
    size: tuple[int, int],
) -> Iterator[np.ndarray]:
    """Draw each row of `qpos`.

    Args:
        model: the MuJoCo model.
        qpos: `(frames, nq)`.
        lookat: centre of the picture in each frame, `(frames, 3)`, m.
        axes: the picture's axes in the world, rows right, up and away, `(3, 3)`.
        half_height: from the centre to the picture's upper edge, m.
        size: width and height of the picture in pixels.

    Yields:
        Frames, uint8 `(height, width, 3)`.
    """
    width, height = size
    # A power of two as resolution keeps the size in pixels exact.
    figure = Figure((width / 128, height / 128), dpi=128, facecolor=tuple(_SKY))
    canvas = FigureCanvasAgg(figure)
    picture = figure.add_axes((0, 0, 1, 1))
    half_width = half_height * width / height
    has_floor = bool((model.geom_type == mujoco.mjtGeom.mjGEOM_PLANE).any())
    shapes = [(int(geom), *_shape(model, int(geom))) for geom in solid_geoms(model)]
    data = mujoco.MjData(model)
    for row, centre in zip(qpos, lookat, strict=True):
        data.qpos[:] = row
        mujoco.mj_kinematics(model, data)
        picture.clear()
        picture.set_axis_off()
        picture.set(xlim=(-half_width, half_width), ylim=(-half_height, half_height))
        if has_floor:
            _draw_floor(picture, axes, centre, half_height)
        _draw_geoms(picture, model, data, shapes, axes=axes, centre=centre, has_floor=has_floor)
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _draw_floor(picture: Axes, axes: np.ndarray, centre: np.ndarray, half_height: float) -> None:
    """Tiles at z = 0 that fade into the distance, and the metres along x."""
    reach = 6 * half_height
    count = int(np.ceil(2 * reach / _TILE)) + 1
    i, j = np.meshgrid(*(np.floor((c - reach) / _TILE) + np.arange(count) for c in centre[:2]))
    tile = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    origins = np.stack([i.ravel(), j.ravel(), np.zeros(i.size)], axis=-1)
    corners = _TILE * (origins[:, None] + tile) - centre
    distance = np.linalg.norm(corners[..., :2].mean(axis=1), axis=1) / reach
    fade = np.clip(1.4 * distance - 0.4, 0, 1)[:, None]
    dark = (origins.sum(axis=1) % 2 == 0)[:, None]
    colors = (1 - fade) * np.where(dark, _DARK_TILE, _LIGHT_TILE) + fade * _SKY
    tiles = PolyCollection(list(corners @ axes[:2].T), facecolors=colors, edgecolors=colors, linewidths=0.6)
    picture.add_collection(tiles, autolim=False)
    front = centre[1] - 0.75 * half_height
    for metre in range(int(np.floor(centre[0] - reach)), int(centre[0] + reach) + 1):
        x, y = axes[:2] @ (np.array([metre, front, 0.0]) - centre)
        picture.text(
            x, y, f"{metre} m", ha="center", va="center", fontsize=7, color=tuple(_INK), clip_on=True
        )


def _draw_geoms(
    picture: Axes,
    model: mujoco.MjModel,
    data: mujoco.MjData,
    shapes: list[tuple[int, np.ndarray, np.ndarray]],
    *,
    axes: np.ndarray,
    centre: np.ndarray,
    has_floor: bool,
) -> None:
    """The geoms' shadows, then the geoms from the farthest to the nearest."""
    shadows, outlines, colors = [], [], []
    for geom, core, skin in sorted(shapes, key=lambda shape: -float(axes[2] @ data.geom_xpos[shape[0]])):
        place, turn = data.geom_xpos[geom], data.geom_xmat[geom].reshape(3, 3)
        shadow = (core + skin) @ turn.T + place
        shadow[:, 2] = 0.0
        shadows.append(_silhouette((shadow - centre) @ axes[:2].T))
        core_seen = (core @ turn.T + place - centre) @ axes[:2].T
        skin_seen = skin @ turn.T @ axes[:2].T
        shift = 0.35 * np.abs(skin_seen).max(initial=0.0) * np.array([-0.5, 1.0])
        for part, brightness in _LAYERS:
            outlines.append(_silhouette(core_seen + part * skin_seen + (1 - part) * shift))
            colors.append(np.clip(brightness * _color(model, geom), 0, 1))
    if has_floor:
        picture.add_collection(PolyCollection(shadows, facecolors="#7f8d95", linewidths=0), autolim=False)
    picture.add_collection(PolyCollection(outlines, facecolors=colors, linewidths=0), autolim=False)


def _color(model: mujoco.MjModel, geom: int) -> np.ndarray:
    """RGB of a geom, `(3,)`; its material counts where it has no colour of its own."""
    material = model.geom_matid[geom]
    own = model.geom_rgba[geom, :3]
    return model.mat_rgba[material, :3] if material >= 0 and np.allclose(own, 0.5) else own


def _shape(model: mujoco.MjModel, geom: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of a geom's surface in its own frame, m: a core, and the skin around it, both `(points, 3)`.

    Their sum is the surface; a part of the skin gives the smaller body inside that shading is made of.
    """
    kind, size = model.geom_type[geom], model.geom_size[geom]
    ball = _ball()
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        ends = np.where(ball[:, 2:] > 0, 1.0, -1.0) * [0.0, 0.0, size[1]]
        return ends, size[0] * ball
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return 0 * ball, size[0] * ball
    if kind == mujoco.mjtGeom.mjGEOM_ELLIPSOID:
        return 0 * ball, size * ball
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        rim = ball[:, :2] / np.linalg.norm(ball[:, :2], axis=1, keepdims=True)
        return np.sign(ball) * [0.0, 0.0, size[1]], np.pad(size[0] * rim, ((0, 0), (0, 1)))
    # Boxes, and meshes as their bounding box.
    signs = np.stack(np.meshgrid(*[(-1.0, 1.0)] * 3), axis=-1).reshape(-1, 3)
    corners = model.geom_aabb[geom, :3] + signs * model.geom_aabb[geom, 3:]
    return corners, 0 * corners


def _ball(points: int = 600) -> np.ndarray:
    """Evenly spread points of the unit sphere on a golden spiral, `(points, 3)`."""
    z = 1 - (2 * np.arange(points) + 1) / points
    angle = np.pi * (3 - np.sqrt(5)) * np.arange(points)
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=-1)


def _silhouette(points: np.ndarray, directions: int = 72) -> np.ndarray:
    """Convex outline of points `(n, 2)`: the farthest one in each direction, `(directions, 2)`."""
    angle = 2 * np.pi * np.arange(directions) / directions
    return points[np.argmax(points @ np.stack([np.cos(angle), np.sin(angle)]), axis=0)]
