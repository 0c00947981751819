"""Worker of `render.py`: draws with MuJoCo's renderer in a process of its own, which may crash or hang.

    python -P render_gl.py            says "drawn" if OpenGL works
    python -P render_gl.py FOLDER     reads model.mjb and film.npz, writes frames.npy

`film.npz` holds `qpos` `(frames, nq)`, `size` (width and height in pixels), `lookat` `(frames, 3)` in m,
`azimuth` and `elevation` in degrees and `half_height` in m; `frames.npy` is `(frames, height, width, 3)`.
The backend is the environment variable `MUJOCO_GL`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mujoco
import numpy as np

_PROBE_SCENE = '<mujoco><worldbody><light pos="0 0 3"/><geom size="1"/></worldbody></mujoco>'
_FLOOR_GROWTH = 20
_FIELD_OF_VIEW = 20.0  # degrees; a wide one distorts a robot that fills the picture


def _probe() -> None:
    """Draw a ball, and say so on standard output if it can be seen."""
    model = mujoco.MjModel.from_xml_string(_PROBE_SCENE)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    with mujoco.Renderer(model, 32, 32) as renderer:
        renderer.update_scene(data)
        if renderer.render().any():
            sys.stdout.write("drawn\n")
            sys.stdout.flush()


def _draw(folder: Path) -> None:
    """Draw the film of a folder; `frames.npy` appears only when it is complete."""
    model = mujoco.MjModel.from_binary_path(str(folder / "model.mjb"))
    with np.load(folder / "film.npz", allow_pickle=False) as arrays:
        film = dict(arrays)
    width, height = film["size"].tolist()
    _improve_looks(model, width, height)
    camera = mujoco.MjvCamera()
    camera.azimuth, camera.elevation = float(film["azimuth"]), float(film["elevation"])
    camera.distance = float(film["half_height"]) / np.tan(np.radians(model.vis.global_.fovy / 2))
    shape = (len(film["qpos"]), height, width, 3)
    frames = np.lib.format.open_memmap(folder / "part.npy", mode="w+", dtype=np.uint8, shape=shape)
    data = mujoco.MjData(model)
    with mujoco.Renderer(model, height, width) as renderer:
        # A mirrored robot is taken for a second one.
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        for frame, qpos, lookat in zip(frames, film["qpos"], film["lookat"], strict=True):
            data.qpos[:] = qpos
            mujoco.mj_forward(model, data)
            camera.lookat[:] = lookat
            renderer.update_scene(data, camera)
            frame[:] = renderer.render()
        frames.flush()
        os.replace(folder / "part.npy", folder / "frames.npy")


def _improve_looks(model: mujoco.MjModel, width: int, height: int) -> None:
    """Make room for the picture, light the robot, narrow the view, and soften and extend the floor."""
    model.vis.global_.offwidth, model.vis.global_.offheight = width, height
    model.vis.global_.fovy = _FIELD_OF_VIEW
    model.vis.quality.shadowsize = 2048
    model.vis.headlight.ambient[:], model.vis.headlight.diffuse[:] = 0.2, 0.35
    planes = model.geom_type == mujoco.mjtGeom.mjGEOM_PLANE
    # Planes are endless for the physics, but their pictures end, and robots run far.
    model.geom_size[planes, :2] *= _FLOOR_GROWTH
    floors = sorted(set(model.geom_matid[planes].tolist()) - {-1})
    model.mat_texrepeat[floors] *= _FLOOR_GROWTH
    pale = set(model.mat_texid[floors].ravel().tolist()) - {-1}
    pale |= set(np.flatnonzero(model.tex_type == mujoco.mjtTexture.mjTEXTURE_SKYBOX).tolist())
    for texture in pale:
        start = model.tex_adr[texture]
        size = model.tex_width[texture] * model.tex_height[texture] * model.tex_nchannel[texture]
        texels = model.tex_data[start : start + size]
        texels[:] = 0.4 * texels + 0.6 * 225


if __name__ == "__main__":
    if sys.argv[1:]:
        _draw(Path(sys.argv[1]))
    else:
        _probe()
