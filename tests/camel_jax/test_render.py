import itertools
import os
from pathlib import Path

import gymnasium
import mujoco
import numpy as np
import pytest
from PIL import Image, ImageSequence

from camel_jax import render

ASSETS = Path(gymnasium.__file__).parent / "envs" / "mujoco" / "assets"
SIZE = {"width": 160, "height": 120}
STEP = 0.04


def _model(asset: str) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(ASSETS / asset))


def _walk(model: mujoco.MjModel, steps: int = 4) -> np.ndarray:
    """The rest configuration, carried forward and bent a little more at each step."""
    qpos = np.tile(model.qpos0, (steps, 1))
    qpos[:, 0] += 0.3 * np.arange(steps)
    qpos[:, -1] += 0.2 * np.arange(steps)
    return qpos


def _frames(path: Path) -> tuple[list[np.ndarray], list[int]]:
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        pairs = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(image)]
    return [frame for frame, _ in pairs], [duration for _, duration in pairs]


def _robot(frame: np.ndarray) -> np.ndarray:
    """Pixels in the sandy colour of the robots, `(height, width)`."""
    red, _, blue = np.moveaxis(frame.astype(int), -1, 0)
    return red - blue > 40


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Puts a script of the test in the worker's place."""

    def replace(source: str, timeout: float = 60.0) -> None:
        script = tmp_path / "worker.py"
        script.write_text(source)
        monkeypatch.setattr(render, "_WORKER", script)
        monkeypatch.setattr(render, "_PROBE_TIMEOUT", timeout)
        monkeypatch.delenv("MUJOCO_GL", raising=False)

    return replace


@pytest.mark.parametrize("setting", ["disable", None])
@pytest.mark.parametrize("asset", ["hopper.xml", "ant.xml"])
def test_robot_fills_the_picture_and_moves(tmp_path, monkeypatch, asset, setting):
    if setting is None:
        monkeypatch.delenv("MUJOCO_GL", raising=False)
    else:
        monkeypatch.setenv("MUJOCO_GL", setting)
    expected = next((b for b in render._backends() if render._probe(b) is None), "matplotlib")
    model = _model(asset)
    path = tmp_path / "new" / "walk.gif"
    assert render.render_gif(model, _walk(model), path, time_step=STEP, **SIZE) == expected
    frames, durations = _frames(path)
    assert [frame.shape for frame in frames] == [(120, 160, 3)] * 4
    assert durations == [40] * 4
    for before, after in itertools.pairwise(frames):
        # The caption is in the upper part.
        assert (before[40:] != after[40:]).any(axis=-1).mean() > 0.02
    rows, columns = np.nonzero(np.any([_robot(frame) for frame in frames], axis=0))
    assert max(np.ptp(rows) / 120, np.ptp(columns) / 160) > 0.55
    assert rows.min() > 0
    assert rows.max() < 119
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os.kill(os.getpid(), 9)", "exit status"),
        ("raise ImportError('no libEGL')", "no libEGL"),
        ("import time; time.sleep(60)", "no answer within 1 s"),
        # The probe works, the drawing does not.
        (
            "import sys; print('drawn' if not sys.argv[1:] else ''); sys.exit(len(sys.argv) - 1)",
            "nothing drawn",
        ),
    ],
)
def test_broken_opengl_is_said_and_matplotlib_draws(tmp_path, caplog, worker, source, said):
    worker(source, timeout=1.0 if "sleep" in source else 60.0)
    model = _model("hopper.xml")
    path = tmp_path / "walk.gif"
    assert render.render_gif(model, _walk(model, 2), path, time_step=STEP, **SIZE) == "matplotlib"
    assert len(_frames(path)[0]) == 2
    assert said in caplog.text
    assert "egl: " in caplog.text
    assert "osmesa: " in caplog.text


def test_backend_that_crashes_at_exit_counts_as_working(tmp_path, worker):
    worker(
        "import os, sys, numpy as np\n"
        "assert 'jax' not in sys.modules and os.environ['MUJOCO_GL'] == 'egl'\n"
        "if sys.argv[1:]:\n"
        "    film = np.load(sys.argv[1] + '/film.npz', allow_pickle=False)\n"
        "    frames = np.zeros((len(film['qpos']), *film['size'][::-1], 3), np.uint8)\n"
        "    np.save(sys.argv[1] + '/frames.npy', frames)\n"
        "print('drawn', flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    model = _model("hopper.xml")
    path = tmp_path / "walk.gif"
    assert render.render_gif(model, _walk(model), path, time_step=STEP, **SIZE) == "egl"
    assert len(_frames(path)[0]) == 4


@pytest.mark.parametrize(
    ("setting", "backends"),
    [
        ("EGL", ("egl",)),
        ("osmesa", ("osmesa",)),
        ("off", ()),
        ("", ("egl", "osmesa")),
        ("glfw", ("egl", "osmesa")),
    ],
)
def test_setting_of_the_user_is_respected(monkeypatch, setting, backends):
    monkeypatch.setenv("MUJOCO_GL", setting)
    assert render._backends() == backends


def test_time_is_real_and_long_rollouts_are_cut(tmp_path, monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "disable")
    environment = dict(os.environ)
    model = _model("hopper.xml")
    asked = []

    def caption(step: int) -> str:
        asked.append(step)
        return f"step {step}"

    path = tmp_path / "walk.gif"
    qpos = _walk(model, 100)
    render.render_gif(model, qpos, path, time_step=0.015, max_frames=4, caption=caption, **SIZE)
    assert asked == [0, 3, 6, 9]
    assert sum(_frames(path)[1]) == 180
    assert dict(os.environ) == environment


@pytest.mark.parametrize("shape", ["free", "bare"])
def test_every_kind_of_geom_and_a_model_without_camera_or_floor(tmp_path, monkeypatch, shape):
    monkeypatch.setenv("MUJOCO_GL", "disable")
    kinds = ("sphere", "capsule", "ellipsoid", "cylinder", "box")
    geoms = "".join(
        f'<geom type="{kind}" size=".1 .2 .1" pos="{i} 0 1" rgba=".9 .6 .2 1"/>'
        for i, kind in enumerate(kinds)
    )
    joint = "<freejoint/>" if shape == "free" else ""
    model = mujoco.MjModel.from_xml_string(
        f"<mujoco><worldbody><body>{joint}{geoms}</body></worldbody></mujoco>"
    )
    path = tmp_path / "shapes.gif"
    qpos = np.tile(model.qpos0, (1, 1))
    assert render.render_gif(model, qpos, path, time_step=STEP, **SIZE) == "matplotlib"
    columns = _robot(_frames(path)[0][0])[40:].any(axis=0)
    assert np.sum(np.diff(columns.astype(int)) == 1) == len(kinds)


@pytest.mark.parametrize("shape", [(6,), (0, 6), (3, 5)])
def test_wrong_shape_is_refused(tmp_path, shape):
    with pytest.raises(ValueError, match=r"shape \(steps, 6\)"):
        render.render_gif(_model("hopper.xml"), np.zeros(shape), tmp_path / "walk.gif", time_step=STEP)


def test_value_that_is_not_finite_is_refused(tmp_path):
    model = _model("hopper.xml")
    qpos = _walk(model)
    qpos[2, 1] = np.nan
    with pytest.raises(ValueError, match="not finite at step 2"):
        render.render_gif(model, qpos, tmp_path / "walk.gif", time_step=STEP)
