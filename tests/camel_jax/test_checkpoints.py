"""Checkpoints of a run: whatever is damaged or killed, the newest sound step is read, and is read exactly."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from saving import state_of

from camel_jax import checkpoint
from camel_jax.checkpoint import Checkpoints
from envs import InputError

ROOT = Path(__file__).parents[2]
LIKE = jax.eval_shape(lambda: state_of(0))


def bits(tree):
    """The leaves as (dtype, shape, bytes)."""
    leaves = [jax.random.key_data(x) if jnp.issubdtype(x.dtype, jax.dtypes.prng_key) else x for x in tree]
    return [(x.dtype, x.shape, np.asarray(x).tobytes()) for x in leaves]


def assert_equal(tree, other):
    assert jax.tree.structure(tree) == jax.tree.structure(other)
    assert bits(jax.tree.leaves(tree)) == bits(jax.tree.leaves(other))


def newest(folder, problems=()):
    """The step that is read, whose content is that step's."""
    restored = Checkpoints(folder).restore_newest(LIKE)
    assert_equal(restored.state, state_of(restored.step))
    assert restored.problems == problems
    return restored.step


@pytest.fixture
def saved(tmp_path):
    """A folder with steps 1 and 2."""
    for step in (1, 2):
        Checkpoints(tmp_path / "c").save(step, state_of(step))
    return tmp_path / "c"


def folder_of(step, saved):
    (found,) = saved.glob(f"step-*{step}-0")
    return found


def largest_file(folder):
    return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


DTYPES = ["bool", "uint8", "int8", "uint16", "int32", "uint32", "float16", "bfloat16", "float32"]


def leaves_of(dtype):
    """Bytes of all kinds as arrays of all ranks, one without elements."""
    values = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 256, 400, np.uint8)
    vector = jnp.asarray(values.view(jnp.dtype(dtype)))
    return {"vector": vector, "matrix": vector[:8].reshape(2, 4), "scalar": vector[3], "nothing": vector[:0]}


def test_every_dtype_and_shape_comes_back_to_the_bit(tmp_path):
    keys = jax.random.split(jax.random.key(1), (2, 3))
    tree = {"dtypes": {dtype: leaves_of(dtype) for dtype in DTYPES}, "tuple": (keys, keys[0, 0], ())}
    Checkpoints(tmp_path / "c").save(0, tree)
    assert_equal(Checkpoints(tmp_path / "c").restore_newest(jax.eval_shape(lambda: tree)).state, tree)


def test_special_floats_come_back_to_the_bit(tmp_path):
    patterns = np.array([0x7FC00001, 0xFFC0BEEF, 0x7F800000, 0x80000000, 0x00000001], np.uint32)
    tree = [jnp.asarray(patterns.view(np.float32))]
    Checkpoints(tmp_path / "c").save(0, tree)
    read = Checkpoints(tmp_path / "c").restore_newest(tree).state[0]
    np.testing.assert_array_equal(np.asarray(read).view(np.uint32), patterns)


def test_what_is_read_can_be_donated(tmp_path):
    tree = {"x": jnp.arange(1e5), "equal": jnp.arange(1e5), "key": jax.random.key(0), "zero": jnp.zeros(())}
    Checkpoints(tmp_path / "c").save(0, tree)
    read = Checkpoints(tmp_path / "c").restore_newest(jax.eval_shape(lambda: tree)).state
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(read))

    def change(t):
        return {**t, "x": t["x"] + 1, "key": jax.random.fold_in(t["key"], 1), "zero": t["zero"] + 1}

    changed = jax.jit(change, donate_argnums=0)(read)
    assert read["x"].is_deleted()
    assert_equal(changed, change(tree))


def test_the_newest_are_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path / "c", keep=2)
    assert checkpoints.steps() == []
    assert checkpoints.restore_newest(LIKE) is None
    for step, steps in [(9, [9]), (10, [9, 10]), (100, [10, 100])]:
        checkpoints.save(step, state_of(step))
        assert checkpoints.steps() == steps
        assert newest(tmp_path / "c") == step
    Checkpoints(tmp_path / "c", keep=1).save(101, state_of(101))
    assert checkpoints.steps() == [101]
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["step-000000000101-0"]


def test_a_step_can_be_saved_again(saved):
    for keep in (2, 1):
        Checkpoints(saved, keep).save(2, state_of(3) | {"step": jnp.int32(keep)})
        assert Checkpoints(saved).restore_newest(LIKE).state["step"] == keep
        assert Checkpoints(saved).steps() == [1, 2][-keep:]


def test_a_run_that_goes_back_gives_up_later_steps(saved):
    Checkpoints(saved, keep=5).save(3, state_of(3))
    (folder_of(3, saved) / "manifest.sha256").write_bytes(b"")
    assert newest(saved, (f"{folder_of(3, saved)}/manifest.sha256 is damaged",)) == 2
    Checkpoints(saved, keep=1).save(2, state_of(2))
    assert newest(saved) == 2
    assert Checkpoints(saved).steps() == [2]


def test_other_files_in_the_folder_stay(saved):
    (saved / "notes.unfinished").mkdir()
    (saved / "step-5").write_text("mine")
    Checkpoints(saved, keep=1).save(3, state_of(3))
    assert sorted(path.name for path in saved.iterdir()) == [
        "notes.unfinished",
        "step-000000000003-0",
        "step-5",
    ]


@pytest.mark.parametrize("kind", ["flipped", "truncated", "emptied", "missing"])
def test_damage_to_arrays_is_told_and_passed_over(saved, kind):
    file = largest_file(folder_of(2, saved))
    damage(file, kind, place=500_000)
    assert newest(saved, (f"{file} is {'missing' if kind == 'missing' else 'damaged'}",)) == 1
    assert Checkpoints(saved).steps() == [1, 2], "steps() does not look into the files"


def damage(file, kind, place):
    content = bytearray(file.read_bytes())
    if kind == "missing":
        file.unlink()
        return
    content[place] ^= 16
    file.write_bytes({"flipped": content, "truncated": content[:place], "emptied": b""}[kind])


@pytest.mark.parametrize("kind", ["flipped", "truncated", "missing"])
def test_damage_to_any_file_is_told_and_passed_over(saved, kind):
    files = sorted(path for path in folder_of(2, saved).rglob("*") if path.is_file())
    assert len(files) > 10
    for file in files:
        content = file.read_bytes()
        damage(file, kind, place=len(content) // 2)
        assert newest(saved, (f"{file} is {'missing' if kind == 'missing' else 'damaged'}",)) == 1
        file.write_bytes(content)
    assert newest(saved) == 2


def test_a_manifest_that_lost_its_last_lines_is_damaged(saved):
    manifest = folder_of(2, saved) / "manifest.sha256"
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[:-3]))
    assert newest(saved, (f"{manifest} is damaged",)) == 1


def test_a_step_without_manifest_is_not_complete(saved):
    manifest = folder_of(2, saved) / "manifest.sha256"
    manifest.unlink()
    assert Checkpoints(saved).steps() == [1]
    assert newest(saved, (f"{manifest} is missing",)) == 1


def test_the_manifest_is_what_sha256sum_reads(saved):
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"]
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum here")
    assert subprocess.run(command, check=False, cwd=folder_of(2, saved)).returncode == 0
    damage(largest_file(folder_of(2, saved)), "flipped", place=9)
    assert subprocess.run(command, check=False, cwd=folder_of(2, saved), capture_output=True).returncode == 1


def test_where_all_are_damaged_each_file_is_named(saved):
    files = [largest_file(folder_of(step, saved)) for step in (2, 1)]
    for file in files:
        damage(file, "flipped", place=77)
    (folder_of(1, saved) / "_METADATA").unlink()
    with pytest.raises(InputError) as error:
        Checkpoints(saved).restore_newest(LIKE)
    assert str(error.value).startswith(f"no checkpoint in {saved} can be read: {files[0]} is damaged; ")
    assert f"{files[1]} is damaged" in str(error.value)
    assert f"{folder_of(1, saved)}/_METADATA is missing" in str(error.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"rows": jnp.zeros((250, 999))},
            r"\['rows'\] is float32\[250, 1000\] there and float32\[250, 999\]",
        ),
        ({"rows": jnp.zeros((250, 1000), jnp.int32)}, r"\['rows'\] is float32\[250, 1000\] there and int32"),
        ({"more": jnp.zeros(3)}, r"\['more'\] is absent there and float32\[3\] here"),
    ],
)
def test_a_sound_step_of_another_run_is_no_reason_to_go_back(saved, change, told):
    with pytest.raises(InputError, match=f"step-000000000002-0 cannot be read: .* other settings .*{told}"):
        Checkpoints(saved).restore_newest(LIKE | change)


@pytest.mark.parametrize("keep", [0, -1])
def test_nothing_to_keep_is_refused(tmp_path, keep):
    with pytest.raises(InputError, match=f"keep is {keep}"):
        Checkpoints(tmp_path, keep)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/step-000000000001-0 cannot be written: .*File exists"):
        Checkpoints(tmp_path / "file").save(1, state_of(1))


def test_leftovers_of_a_kill_are_no_steps_and_are_removed(saved):
    half = saved / "step-000000000003-0.unfinished"
    shutil.copytree(folder_of(2, saved), half)
    shutil.copytree(half, saved / f"{half.name}.orbax-checkpoint-tmp")
    largest_file(half).unlink()
    assert Checkpoints(saved).steps() == [1, 2]
    assert newest(saved) == 2
    Checkpoints(saved).save(3, state_of(3))
    assert newest(saved) == 3
    assert sorted(path.name for path in saved.iterdir()) == ["step-000000000002-0", "step-000000000003-0"]


class Killed(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


@pytest.mark.parametrize("step", [1, 2, 3])
def test_killed_between_any_two_actions(tmp_path, monkeypatch, step):
    """`step` 3 is new; 2 replaces the only one; 1 goes back behind it."""
    Checkpoints(tmp_path / "whole", keep=1).save(2, state_of(2) | {"step": jnp.int32(-2)})
    results = set()
    for moment in range(100):
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "whole", folder)
        actions = iter(range(100))

        def watch(act, actions=actions, moment=moment):
            def watched(*args):
                if next(actions) == moment:
                    raise Killed
                return act(*args)

            return watched

        with monkeypatch.context() as patch:
            for name in ("_remove", "_write_manifest"):
                patch.setattr(checkpoint, name, watch(getattr(checkpoint, name)))
            patch.setattr(checkpoint.os, "rename", watch(os.rename))
            patch.setattr(checkpoint, "_sync", lambda path: None)  # slow, and of no use against a kill
            try:
                Checkpoints(folder, keep=1).save(step, state_of(step))
                break
            except Killed:
                pass
        found = Checkpoints(folder).restore_newest(LIKE)
        assert not found.problems
        if found.state["step"] == -2:
            assert_equal(found.state, state_of(2) | {"step": jnp.int32(-2)})
            results.add("old")
        else:
            assert_equal(found.state, state_of(step))
            results.add("new")
        Checkpoints(folder, keep=1).save(4, state_of(4))
        assert newest(folder) == 4
        assert len(list(folder.iterdir())) == 1
        shutil.rmtree(folder)
    assert moment >= 5
    assert results == {"old", "new"}


@pytest.fixture(scope="module")
def savers():
    """The process that forks savers."""
    command = [sys.executable, ROOT / "tests" / "saving.py"]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "JAX_PLATFORMS": "cpu"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        yield process
        process.kill()


def save_and_signal(savers, folder, step, number, seconds):
    """Let a saver begin with `step`; `seconds` after its first save send a signal: (steps saved, status)."""
    savers.stdin.write(f"{folder} {step}\n")
    savers.stdin.flush()
    process, steps = None, []
    for line in savers.stdout:
        kind, *rest = line.split()
        if kind == "status":
            return steps, int(rest[0])
        if kind == "process":
            process = int(rest[0])
        else:
            steps.append(int(kind))
        if process and steps:
            time.sleep(seconds)
            os.kill(process, number)
            process = None
    pytest.fail("the process that forks savers has ended")


def test_killed_at_any_moment(tmp_path, savers):
    rng = random.Random(0)
    step, leftovers = 0, 0
    for _ in range(10):
        steps, status = save_and_signal(savers, tmp_path, step, signal.SIGKILL, rng.uniform(0, 0.1))
        assert status == -signal.SIGKILL
        leftovers += any("unfinished" in path.name for path in tmp_path.iterdir())
        found = newest(tmp_path)
        # It was killed within a save, or between one and telling of it.
        assert found - steps[-1] in (0, 1)
        step = found + 1
    assert leftovers, "no save was interrupted"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_asked_to_stop_it_ends_with_a_complete_step(tmp_path, savers, number):
    steps, status = save_and_signal(savers, tmp_path, 5, number, seconds=0.02)
    assert status == 0
    assert steps == list(range(5, 5 + len(steps)))
    assert newest(tmp_path) == steps[-1]
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]
