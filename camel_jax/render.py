"""Pictures of a rollout, on machines with and without OpenGL.

A broken OpenGL driver may hang, abort, or fail at exit, and MuJoCo chooses its backend once, at import. So
OpenGL is never touched in the calling process: `render_gif` probes each backend in a process of its own, draws
in a worker (this file, run as a script) with the first that works, and otherwise draws with matplotlib.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

_LOG = logging.getLogger(__name__)
_FRAME_INTERVAL = 0.04  # s; browsers slow down GIFs that are much faster
_PROBE_TIMEOUT = 60.0  # s
_PROBE = """
import mujoco
scene = '<mujoco><worldbody><light pos="0 0 3"/><geom size="1"/></worldbody></mujoco>'
model = mujoco.MjModel.from_xml_string(scene)
data = mujoco.MjData(model)
mujoco.mj_forward(model, data)
renderer = mujoco.Renderer(model, 32, 32)
renderer.update_scene(data)
print("drawn" if renderer.render().any() else "black", flush=True)
"""
_SKY, _TILES, _INK = "#dfe8ef", ("#b9c6cc", "#cfd9dd"), "#48545c"


class _Film(NamedTuple):
    """All that a GIF is made of besides the model; arrays alone, so that it travels as an npz file.

    Attributes:
        qpos: `(frames, nq)`.
        captions: `(frames,)` strings.
        milliseconds: `(frames,)` for which each frame is shown.
        size: width and height in pixels.
        lookat: `(frames, 3)` centre of the picture, m.
        azimuth, elevation: direction of the camera in MuJoCo's convention, degrees.
        half_height: from the centre to the picture's upper edge, m.
    """

    qpos: np.ndarray
    captions: np.ndarray
    milliseconds: np.ndarray
    size: np.ndarray
    lookat: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    half_height: np.ndarray


def render_gif(
    model: mujoco.MjModel,
    qpos: np.ndarray,
    path: Path,
    *,
    time_step: float,
    width: int = 480,
    height: int = 360,
    max_frames: int = 300,
    caption: Callable[[int], str] | None = None,
) -> str:
    """Write a rollout as a looping GIF in real time that follows the robot.

    The body and the side are those of the model's camera "track" where it has one; the zoom fits the robot. The
    environment variable `MUJOCO_GL` is respected: "egl" or "osmesa" tries that backend alone, "disable" none.

    Args:
        model: the MuJoCo model; it is not changed.
        qpos: positions, one row a step, `(steps, nq)`.
        path: the file to write; its folder is made.
        time_step: seconds between two rows.
        width: of the picture in pixels.
        height: of the picture in pixels.
        max_frames: a rollout with more frames (25 a second at most) is cut, because thinning hides a gait.
        caption: text for a step of `qpos`; by default the elapsed time and the distance covered.

    Returns:
        How it was drawn: "egl", "osmesa" or "matplotlib".

    Raises:
        ValueError: `qpos` has another shape, or a value that is not finite.
    """
    qpos = np.asarray(qpos, np.float64)
    if qpos.ndim != 2 or not len(qpos) or qpos.shape[1] != model.nq:
        raise ValueError(f"qpos must have shape (steps, {model.nq}) with at least one step, not {qpos.shape}")
    if not np.isfinite(qpos).all():
        raise ValueError(f"qpos is not finite at step {int(np.argmin(np.isfinite(qpos).all(1)))}")
    stride = max(1, int(np.ceil(_FRAME_INTERVAL / time_step - 1e-6)))
    steps = np.arange(0, len(qpos), stride)[:max_frames]
    film = _film(model, qpos[steps], steps * time_step, width, height)
    if caption is not None:
        film = film._replace(captions=np.array([caption(int(step)) for step in steps]))
    path.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    # Beside the target, so that the finished file can be renamed onto it.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".render-") as name:
        folder = Path(name)
        for backend in _backends():
            reason = _probe(backend) or _draw_in_worker(model, film, backend, folder)
            if reason is None:
                os.replace(folder / "film.gif", path)
                return backend
            reasons.append(f"{backend}: {reason}")
        if reasons:
            _LOG.warning("OpenGL does not work here (%s); drawing with matplotlib", "; ".join(reasons))
        _write_gif(_drawn_frames(model, film), film, folder / "film.gif")
        os.replace(folder / "film.gif", path)
    return "matplotlib"


def _backends() -> tuple[str, ...]:
    """Off-screen OpenGL backends to try, in order."""
    setting = os.environ.get("MUJOCO_GL", "").lower().strip()
    if setting in ("disable", "disabled", "off", "false", "0"):
        return ()
    return (setting,) if setting in ("egl", "osmesa") else ("egl", "osmesa")


def _probe(backend: str) -> str | None:
    """Why `backend` cannot draw here, or None where it can."""
    return _run(["-c", _PROBE], backend, _PROBE_TIMEOUT, lambda output: output.strip() == "drawn")


def _draw_in_worker(model: mujoco.MjModel, film: _Film, backend: str, folder: Path) -> str | None:
    """Write `folder/film.gif` with OpenGL; returns why it failed, or None."""
    mujoco.mj_saveModel(model, str(folder / "model.mjb"), None)
    np.savez(folder / "film.npz", **film._asdict())
    # A path and -P instead of -m: the worker must not import the package, and JAX with it.
    command = ["-P", os.path.abspath(__file__), str(folder)]
    timeout = _PROBE_TIMEOUT + 2.0 * len(film.qpos)
    return _run(command, backend, timeout, lambda _: (folder / "film.gif").exists())


def _run(arguments: list[str], backend: str, timeout: float, done: Callable[[str], bool]) -> str | None:
    """Run Python with an OpenGL backend; returns why `done(stdout)` is false afterwards, or None."""
    environment = {**os.environ, "MUJOCO_GL": backend, "PYOPENGL_PLATFORM": backend}
    command = [sys.executable, *arguments]
    try:
        # The exit status says nothing: a driver may crash at exit, after all is drawn.
        result = subprocess.run(
            command, env=environment, timeout=timeout, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout:.0f} s"
    if done(result.stdout):
        return None
    return (result.stderr.strip().splitlines() or [f"nothing drawn, exit status {result.returncode}"])[-1]


def _work(folder: Path) -> None:
    """The worker: draw `film.npz` of `model.mjb` into `film.gif`."""
    model = mujoco.MjModel.from_binary_path(str(folder / "model.mjb"))
    with np.load(folder / "film.npz", allow_pickle=False) as arrays:
        film = _Film(**arrays)
    _write_gif(_gl_frames(model, film), film, folder / "part.gif")
    os.replace(folder / "part.gif", folder / "film.gif")


def _film(model: mujoco.MjModel, qpos: np.ndarray, times: np.ndarray, width: int, height: int) -> _Film:
    """A camera that follows the robot at a fixed height, as close as the whole rollout allows."""
    camera = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_CAMERA, "track")
    body = model.cam_bodyid[camera] if camera >= 0 else (model.jnt_bodyid[0] if model.njnt else 0)
    robot = (model.body_rootid[model.geom_bodyid] == model.body_rootid[body]) & _solid(model)
    signs = np.stack(np.meshgrid(*[(-1.0, 1.0)] * 3), -1).reshape(-1, 3)
    corners = model.geom_aabb[robot, None, :3] + signs * model.geom_aabb[robot, None, 3:]
    lookat, points = [], []
    for data in _poses(model, qpos):
        turned = np.einsum("gij,gpj->gpi", data.geom_xmat[robot].reshape(-1, 3, 3), corners)
        points.append((turned + data.geom_xpos[robot, None]).reshape(-1, 3))
        lookat.append(data.subtree_com[body].copy())
        if len(lookat) == 1:
            azimuth = _azimuth(-data.cam_xmat[camera].reshape(3, 3)[:, 2]) if camera >= 0 else 90.0
    centre, cloud = np.array(lookat), np.array(points)
    centre[:, 2] = (cloud[..., 2].min() + cloud[..., 2].max()) / 2
    # A robot that turns in space is seen from above and aside; a planar one from its plane's side.
    planar = not np.isin(model.jnt_type, (mujoco.mjtJoint.mjJNT_FREE, mujoco.mjtJoint.mjJNT_BALL)).any()
    azimuth, elevation = (azimuth, -9.0) if planar else (azimuth - 30.0, -24.0)
    across, upward = np.abs((cloud - centre[:, None]) @ _axes(azimuth, elevation)[:2].T).max((0, 1))
    milliseconds = 10 * np.diff(np.round(100 * np.append(times, times[-1] + max(_FRAME_INTERVAL, times[:2].ptp())))).astype(int)
    return _Film(
        qpos=qpos,
        captions=np.array([f"{t:.2f} s   {x:+.2f} m" for t, x in zip(times, centre[:, 0] - centre[0, 0], strict=True)]),
        milliseconds=milliseconds,
        size=np.array([width, height]),
        lookat=centre,
        azimuth=np.array(azimuth),
        elevation=np.array(elevation),
        half_height=np.array(1.2 * max(upward, across * height / width)),
    )


def _azimuth(direction: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(direction[1], direction[0])))


def _axes(azimuth: float, elevation: float) -> np.ndarray:
    """The picture's axes in the world, rows right, up and away, `(3, 3)`."""
    a, e = np.radians(azimuth), np.radians(elevation)
    right = np.array([np.sin(a), -np.cos(a), 0.0])
    away = np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])
    return np.stack([right, np.cross(right, away), away])


def _poses(model: mujoco.MjModel, qpos: np.ndarray) -> Iterator[mujoco.MjData]:
    """The kinematics of each row, in one buffer."""
    data = mujoco.MjData(model)
    for row in qpos:
        data.qpos[:] = row
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_camlight(model, data)
        yield data


def _solid(model: mujoco.MjModel) -> np.ndarray:
    """Geoms that MuJoCo shows by default and that are no ground, boolean `(ngeom,)`."""
    ground = (mujoco.mjtGeom.mjGEOM_PLANE, mujoco.mjtGeom.mjGEOM_HFIELD)
    return ~np.isin(model.geom_type, ground) & (model.geom_group < 3) & (model.geom_rgba[:, 3] > 0)


def _gl_frames(model: mujoco.MjModel, film: _Film) -> Iterator[np.ndarray]:
    """Frames from MuJoCo's own renderer, uint8 `(height, width, 3)`; changes the looks of `model`."""
    width, height = film.size.tolist()
    model.vis.global_.offwidth, model.vis.global_.offheight = width, height
    model.vis.headlight.ambient[:], model.vis.headlight.diffuse[:] = 0.35, 0.45
    planes = model.geom_type == mujoco.mjtGeom.mjGEOM_PLANE
    model.geom_size[planes, :2] *= 20  # a plane ends only in pictures, and robots run far
    materials = np.unique(model.geom_matid[planes])
    model.mat_texrepeat[materials[materials >= 0]] *= 20
    camera = mujoco.MjvCamera()
    camera.azimuth, camera.elevation = film.azimuth, film.elevation
    camera.distance = film.half_height / np.tan(np.radians(model.vis.global_.fovy / 2))
    with mujoco.Renderer(model, height, width) as renderer:
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        for data, lookat in zip(_poses(model, film.qpos), film.lookat, strict=True):
            camera.lookat[:] = lookat
            renderer.update_scene(data, camera)
            yield renderer.render()


def _drawn_frames(model: mujoco.MjModel, film: _Film) -> Iterator[np.ndarray]:
    """Frames in parallel projection, drawn with matplotlib, uint8 `(height, width, 3)`."""
    width, height = film.size.tolist()
    # A power of two as dpi keeps the size exact.
    figure = Figure((width / 128, height / 128), dpi=128, facecolor=_SKY)
    canvas = FigureCanvasAgg(figure)
    picture = figure.add_axes((0, 0, 1, 1))
    frame = _axes(film.azimuth, film.elevation)
    half = float(film.half_height)
    for data, lookat in zip(_poses(model, film.qpos), film.lookat, strict=True):
        picture.clear()
        picture.set_axis_off()
        picture.set(xlim=(-half * width / height, half * width / height), ylim=(-half, half))
        _draw_ground(picture, frame, lookat, half)
        _draw_robot(picture, model, data, frame, lookat)
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _draw_ground(picture: Axes, frame: np.ndarray, lookat: np.ndarray, half: float) -> None:
    """Tiles of half a metre that fade into the distance, and a label at each metre of x."""
    reach = 6 * half
    low = np.floor(2 * (lookat[:2] - reach))
    i, j = (low[:, None] + np.arange(int(4 * reach) + 2)).reshape(2, 1, -1)
    i, j = (grid.ravel() for grid in np.meshgrid(i, j))
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    corners = (np.stack([i, j, 0 * i], -1)[:, None] + square) / 2 - lookat
    distance = np.linalg.norm(corners.mean(1)[:, :2], axis=1, keepdims=True) / reach
    fade = np.clip(1.3 * distance - 0.3, 0, 1)
    colors = np.where(((i + j) % 2 == 0)[:, None], *(np.array(to_rgb(tile)) for tile in _TILES))
    colors = colors + fade * (np.array(to_rgb(_SKY)) - colors)
    picture.add_collection(PolyCollection(list(corners @ frame[:2].T), facecolors=colors, edgecolors=colors, lw=0.5))
    for metre in range(int(np.ceil(lookat[0] - 2 * half)), int(lookat[0] + 2 * half) + 1):
        x, y = frame[:2] @ (np.array([metre, lookat[1] - 0.55 * half, 0.0]) - lookat)
        picture.text(x, y, f"{metre} m", ha="center", va="center", fontsize=8, color=_INK, clip_on=True)
