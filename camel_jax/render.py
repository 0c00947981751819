"""Pictures of a rollout, on machines with and without OpenGL.

A broken OpenGL driver may hang, abort, or fail at exit, and MuJoCo chooses its backend once, at import. So
OpenGL never enters the calling process: each backend is probed in a process of its own, the first that works
draws in a worker (`render_gl.py`, run as a script); where none does, `render_sketch.py` uses matplotlib.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from camel_jax import render_sketch

_LOG = logging.getLogger(__name__)
_WORKER = Path(__file__).with_name("render_gl.py")
_PROBE_TIMEOUT = 60.0  # s
_FRAME_INTERVAL = 0.04  # s; browsers slow down GIFs that are much faster


class _View(NamedTuple):
    """A camera that follows the robot.

    Attributes:
        lookat: centre of the picture in each frame, `(frames, 3)`, m.
        azimuth: direction of sight about the vertical, degrees from the x axis.
        elevation: direction of sight above the horizon, degrees; negative looks down.
        half_height: from the centre to the picture's upper edge, m.
    """

    lookat: np.ndarray
    azimuth: float
    elevation: float
    half_height: float

    @property
    def axes(self) -> np.ndarray:
        """The picture's axes in the world, rows right, up and away, `(3, 3)`."""
        a, e = np.radians(self.azimuth), np.radians(self.elevation)
        right = np.array([np.sin(a), -np.cos(a), 0.0])
        away = np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])
        return np.stack([right, np.cross(right, away), away])


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

    The camera follows the body that carries the model's camera "track", from that camera's side; without one,
    the first moving body. The environment variable `MUJOCO_GL` is respected: "egl" or "osmesa" tries that
    backend alone, "disable" none.

    Args:
        model: the MuJoCo model; it is not changed.
        qpos: positions, one row a step, `(steps, nq)`.
        path: the file to write; its folder is made.
        time_step: seconds between two rows.
        width: of the picture in pixels.
        height: of the picture in pixels.
        max_frames: longer rollouts are cut, because thinning would hide a gait; 25 frames last a second.
        caption: text for a step of `qpos`; by default the elapsed time and the distance covered.

    Returns:
        How it was drawn: "egl", "osmesa" or "matplotlib".

    Raises:
        ValueError: `qpos` has another shape, or a value that is not finite.
    """
    qpos = np.asarray(qpos, np.float64)
    if qpos.ndim != 2 or not len(qpos) or qpos.shape[1] != model.nq:
        raise ValueError(f"qpos must have shape (steps, {model.nq}) with at least one step, not {qpos.shape}")
    finite = np.isfinite(qpos).all(axis=1)
    if not finite.all():
        raise ValueError(f"qpos is not finite at step {int(np.argmin(finite))}")
    stride = max(1, int(np.ceil(_FRAME_INTERVAL / time_step - 1e-6)))
    steps = np.arange(0, len(qpos), stride)[:max_frames]
    view = _view(model, qpos[steps], width / height)
    travelled = view.lookat[:, 0] - view.lookat[0, 0]
    captions = [
        caption(int(step)) if caption else f"{step * time_step:.2f} s    {metres:.2f} m"
        for step, metres in zip(steps, travelled, strict=True)
    ]
    # Rounding the instants, not the interval, keeps the GIF's hundredths of a second from drifting.
    instants = np.round(100 * time_step * np.append(steps, steps[-1] + stride))
    milliseconds = (10 * np.diff(instants)).astype(int).tolist()

    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the finished file can be renamed onto it.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".render-") as folder:
        way, frames = _frames(model, qpos[steps], view, size=(width, height), folder=Path(folder))
        _write_gif(frames, captions, milliseconds, Path(folder) / "film.gif")
        os.replace(Path(folder) / "film.gif", path)
    return way


def render_png(
    model: mujoco.MjModel, qpos: np.ndarray, path: Path, *, width: int = 480, height: int = 360
) -> str:
    """Write one configuration, `(nq,)`, as a picture; views and engines are those of `render_gif`.

    Returns:
        How it was drawn: "egl", "osmesa" or "matplotlib".
    """
    row = np.asarray(qpos, np.float64)[None]
    view = _view(model, row, width / height)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".render-") as folder:
        way, frames = _frames(model, row, view, size=(width, height), folder=Path(folder))
        Image.fromarray(np.asarray(next(iter(frames)))).save(path, optimize=True)
    return way


def render_frames(
    model: mujoco.MjModel, qpos: np.ndarray, *, width: int = 240, height: int = 240
) -> tuple[str, np.ndarray]:
    """Draw configurations, `(frames, nq)`, all from the same distance; view and engines as in `render_gif`.

    Returns:
        How they were drawn, "egl", "osmesa" or "matplotlib", and the pictures, uint8,
        `(frames, height, width, 3)`.
    """
    rows = np.asarray(qpos, np.float64)
    with tempfile.TemporaryDirectory(prefix="render-") as folder:
        way, frames = _frames(
            model, rows, _view(model, rows, width / height), size=(width, height), folder=Path(folder)
        )
        return way, np.stack([np.array(frame) for frame in frames])


def _view(model: mujoco.MjModel, qpos: np.ndarray, aspect: float) -> _View:
    """A camera at a fixed height above the ground, as close as the whole rollout allows."""
    camera = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_CAMERA, "track")
    body = model.cam_bodyid[camera] if camera >= 0 else (model.jnt_bodyid[0] if model.njnt else 0)
    geoms = render_sketch.solid_geoms(model)
    followed = geoms[model.body_rootid[model.geom_bodyid[geoms]] == model.body_rootid[body]]
    geoms = followed if len(followed) else geoms
    signs = np.stack(np.meshgrid(*[(-1.0, 1.0)] * 3), axis=-1).reshape(-1, 3)
    boxes = model.geom_aabb[geoms, None, :3] + signs * model.geom_aabb[geoms, None, 3:]
    data = mujoco.MjData(model)
    lookat = np.empty((len(qpos), 3))
    corners = np.empty((len(qpos), *boxes.shape))
    for i, row in enumerate(qpos):
        data.qpos[:] = row
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        lookat[i] = data.subtree_com[body]
        turned = np.einsum("gij,gpj->gpi", data.geom_xmat[geoms].reshape(-1, 3, 3), boxes)
        corners[i] = turned + data.geom_xpos[geoms, None]
    lookat[:, 2] = (corners[..., 2].min() + corners[..., 2].max()) / 2

    mujoco.mj_camlight(model, data)
    sight = -data.cam_xmat[camera].reshape(3, 3)[:, 2] if camera >= 0 else np.array([0.0, 1.0, 0.0])
    azimuth, elevation = float(np.degrees(np.arctan2(sight[1], sight[0]))), -9.0
    hinges = data.xaxis[model.jnt_type == mujoco.mjtJoint.mjJNT_HINGE]
    # A planar robot is seen across its plane, be that upright or level; another from above and aside.
    if np.isin(model.jnt_type, (mujoco.mjtJoint.mjJNT_FREE, mujoco.mjtJoint.mjJNT_BALL)).any():
        azimuth, elevation = azimuth - 30.0, -24.0
    elif len(hinges) and (np.abs(hinges[:, 2]) > 0.9).all():
        elevation = -65.0
    view = _View(lookat, azimuth, elevation, 0.0)
    offsets = np.abs((corners - lookat[:, None, None]) @ view.axes[:2].T)
    across, upward = offsets.reshape(-1, 2).max(axis=0)
    return view._replace(half_height=1.15 * max(float(upward), float(across) / aspect))


def _frames(
    model: mujoco.MjModel, qpos: np.ndarray, view: _View, *, size: tuple[int, int], folder: Path
) -> tuple[str, Iterable[np.ndarray]]:
    """The way that works here, and the frames drawn so, each uint8 `(height, width, 3)`."""
    reasons = []
    for backend in _backends():
        reason = _probe(backend) or _draw_with_gl(
            model, qpos, view, size=size, backend=backend, folder=folder
        )
        if reason is None:
            return backend, np.load(folder / "frames.npy", mmap_mode="r")
        reasons.append(f"{backend}: {reason}")
    if reasons:
        _LOG.warning("OpenGL does not work here (%s); drawing with matplotlib", "; ".join(reasons))
    return "matplotlib", render_sketch.frames(
        model, qpos, lookat=view.lookat, axes=view.axes, half_height=view.half_height, size=size
    )


def _backends() -> tuple[str, ...]:
    """OpenGL backends that need no display, in the order in which to try them."""
    setting = os.environ.get("MUJOCO_GL", "").lower().strip()
    if setting in ("disable", "disabled", "off", "false", "0"):
        return ()
    return (setting,) if setting in ("egl", "osmesa") else ("egl", "osmesa")


def _probe(backend: str) -> str | None:
    """Why `backend` cannot draw here, or None where it can."""
    return _run_worker((), backend, _PROBE_TIMEOUT, lambda output: output.strip() == "drawn")


def _draw_with_gl(
    model: mujoco.MjModel, qpos: np.ndarray, view: _View, *, size: tuple[int, int], backend: str, folder: Path
) -> str | None:
    """Write `folder/frames.npy` with OpenGL; returns why that failed, or None."""
    mujoco.mj_saveModel(model, str(folder / "model.mjb"), None)
    np.savez(folder / "film.npz", qpos=qpos, size=np.array(size), **view._asdict())
    timeout = _PROBE_TIMEOUT + 2.0 * len(qpos)
    return _run_worker((str(folder),), backend, timeout, lambda _: (folder / "frames.npy").exists())


def _run_worker(
    arguments: tuple[str, ...], backend: str, timeout: float, done: Callable[[str], bool]
) -> str | None:
    """Run the worker with an OpenGL backend; returns why `done(stdout)` is false afterwards, or None."""
    environment = {**os.environ, "MUJOCO_GL": backend, "PYOPENGL_PLATFORM": backend}
    # By path and with -P: the worker must import neither this package, and JAX with it, nor its modules.
    command = [sys.executable, "-P", str(_WORKER), *arguments]
    try:
        result = subprocess.run(
            command, env=environment, timeout=timeout, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout:g} s"
    # The exit status is no sign: a driver may crash at exit, when all is drawn.
    if done(result.stdout):
        return None
    return (result.stderr.strip().splitlines() or [f"nothing drawn, exit status {result.returncode}"])[-1]


def _write_gif(
    frames: Iterable[np.ndarray], captions: list[str], milliseconds: list[int], path: Path
) -> None:
    """Write frames with their captions, each shown for its time, forever in turn."""
    images = [Image.fromarray(frame) for frame in frames]
    height = images[0].height
    font = ImageFont.load_default(max(11, height // 20))
    margin = height // 40
    for image, text in zip(images, captions, strict=True):
        canvas = ImageDraw.Draw(image)
        left, top, right, bottom = canvas.textbbox((2 * margin, 2 * margin), text, font)
        box = (left - margin, top - margin, right + margin, bottom + margin)
        canvas.rounded_rectangle(box, margin, fill="#303a40")
        canvas.text((2 * margin, 2 * margin), text, "white", font)
    # One palette for all frames, and no dithering: anything else flickers.
    sample = Image.fromarray(np.hstack([np.asarray(image) for image in images[:: -(-len(images) // 8)]]))
    palette = sample.quantize(256, method=Image.Quantize.MEDIANCUT)
    first, *rest = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images)
    first.save(path, save_all=True, append_images=rest, duration=milliseconds, loop=0, optimize=False)
