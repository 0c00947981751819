"""Saving and loading a run's state with Orbax, the only module that knows it. Nothing is pickled.

A saved tree is a folder of Orbax's files and two of ours: `leaves.json`, the name, dtype and shape of every
leaf, and `manifest.sha256`, a digest of every other file, which `sha256sum -c` reads too. Orbax's own digests
leave out the arrays: of flipped bits in them, nearly all are loaded without a word.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import orbax.checkpoint as ocp

from envs import InputError

Tree = TypeVar("Tree")

_LEAVES, _MANIFEST = "leaves.json", "manifest.sha256"
_UNFINISHED = ".unfinished"
_STEP = re.compile(r"step-(\d+)-(\d+)")


def save(path: Path, tree: Any) -> None:
    """Write a pytree of arrays, random keys included, to the new folder `path`.

    The folder appears only when everything in it is on the disk, so a process that is killed leaves none.

    Raises:
        InputError: the folder exists or cannot be written.
    """
    if path.exists():
        raise InputError(f"the checkpoint {path} exists; name another folder")
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(unfinished)
        with ocp.StandardCheckpointer() as checkpointer:
            checkpointer.save(unfinished.absolute(), jax.tree.map(_to_array, tree))
        (unfinished / _LEAVES).write_text(json.dumps(_describe(tree), indent=1) + "\n")
        _write_manifest(unfinished)
        for written in [*unfinished.rglob("*"), unfinished]:
            _sync(written)
        os.rename(unfinished, path)
        _sync(path.parent)
    except (OSError, ValueError) as error:
        raise InputError(f"the checkpoint {path} cannot be written: {_reason(error)}") from error


def restore(path: Path, like: Tree) -> Tree:
    """Read what `save` wrote.

    Args:
        path: the folder.
        like: a pytree of the same structure; only shapes, dtypes and, where a leaf has one, the sharding
            matter. `jax.eval_shape` gives one; its leaves go to the device on which JAX puts new arrays.

    Raises:
        InputError: the folder is missing, damaged, or holds another structure, other shapes or dtypes.
    """
    if not path.is_dir():
        raise InputError(f"no checkpoint at {path}")
    if problems := _damage(path):
        raise InputError(f"the checkpoint at {path} cannot be read: {'; '.join(problems)}")
    return _read(path, like)


class Restored(NamedTuple, Generic[Tree]):
    """A step that was read.

    Attributes:
        step: its number.
        state: what was saved.
        problems: a sentence for each file that kept a newer step from being read.
    """

    step: int
    state: Tree
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Checkpoints:
    """The newest steps of one run, one folder each; a run writes there from one process.

    Attributes:
        folder: holds them; made by the first `save`.
        keep: how many to keep. One alone leaves nothing to go back to where its files are damaged later.
    """

    folder: Path
    keep: int = 2

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise InputError(f"keep is {self.keep}; at least 1 checkpoint must be kept")

    def save(self, step: int, state: Any) -> None:
        """Write `state`, which may be donated afterwards; then delete what need not be kept any more.

        Later steps are deleted too: the run has gone back behind them. A step that is there is replaced.

        Raises:
            InputError: it cannot be written. The older steps are then as they were.
        """
        self._remove_leftovers()
        serials = [serial for other, serial in self._folders() if other == step]
        newest = (step, max(serials, default=-1) + 1)
        save(self.folder / f"step-{step:012d}-{newest[1]}", state)
        saved = self._folders()
        kept = [name for name in saved if name[0] < step or name == newest][-self.keep :]
        for name in saved.keys() - kept:
            # Renamed first: a step that is half deleted when the process is killed counts as deleted. What
            # cannot be deleted now is no reason to stop a run; the next `save` tries again.
            with contextlib.suppress(OSError):
                os.rename(saved[name], saved[name].with_name(saved[name].name + _UNFINISHED))
        self._remove_leftovers()

    def steps(self) -> list[int]:
        """The steps that were saved completely, ascending; their files are not looked into."""
        return sorted({step for (step, _), path in self._folders().items() if (path / _MANIFEST).is_file()})

    def restore_newest(self, like: Tree) -> Restored[Tree] | None:
        """Read the newest step that is not damaged; None where nothing was saved.

        Args:
            like: as for `restore`.

        Raises:
            InputError: every step is damaged, or the newest sound one does not fit `like`.
        """
        problems: list[str] = []
        for (step, _), path in reversed(self._folders().items()):
            if damage := _damage(path):
                problems += damage
            else:
                return Restored(step, _read(path, like), tuple(problems))
        if problems:
            raise InputError(f"no checkpoint in {self.folder} can be read: {'; '.join(problems)}")
        return None

    def _remove_leftovers(self) -> None:
        """Delete what a killed process had not finished to write or to delete."""
        for leftover in self.folder.glob(f"step-*{_UNFINISHED}*"):
            _remove(leftover)

    def _folders(self) -> dict[tuple[int, int], Path]:
        """The folders of the steps by (step, serial), ascending; the serial counts writes of one step."""
        paths = self.folder.iterdir() if self.folder.is_dir() else ()
        found = ((_STEP.fullmatch(path.name), path) for path in paths)
        return dict(sorted(((int(name[1]), int(name[2])), path) for name, path in found if name))


def _read(path: Path, like: Tree) -> Tree:
    """Read a folder whose files are known to be those that were saved."""
    there, here = json.loads((path / _LEAVES).read_text()), _describe(like)
    for name in [*there, *here]:
        if there.get(name) != here.get(name):
            raise InputError(
                f"the checkpoint at {path} cannot be read: it is of other settings or of another version: "
                f"{name} is {there.get(name, 'absent')} there and {here.get(name, 'absent')} here"
            )
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            arrays = checkpointer.restore(path.absolute(), jax.tree.map(_target, like))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(f"the checkpoint at {path} cannot be read: {_reason(error)}") from error
    return jax.tree.map(_from_array, arrays, like)


def _describe(tree: Any) -> dict[str, str]:
    """Dtype and shape of each leaf by its path, such as `float32[4, 3]`."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path): f"{leaf.dtype}{list(leaf.shape)}" for path, leaf in leaves}


def _to_array(leaf: jax.Array) -> jax.Array:
    """What Orbax saves for a leaf: it knows neither random keys nor arrays without elements."""
    array = jax.random.key_data(leaf) if _is_key(leaf) else leaf
    return array if array.size else jnp.zeros(1, array.dtype)


def _target(leaf: Any) -> jax.ShapeDtypeStruct:
    """What Orbax is to read for a leaf, and to which device."""
    array = jax.eval_shape(_to_array, leaf)
    # Not where it was when it was saved: a run from a GPU can be looked at on a CPU.
    sharding = getattr(leaf, "sharding", None) or jnp.zeros(()).sharding
    return jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=sharding)


def _from_array(array: jax.Array, like: Any) -> jax.Array:
    if _is_key(like):
        return jax.random.wrap_key_data(array)
    return array if like.size else jnp.zeros(like.shape, like.dtype)


def _is_key(leaf: Any) -> bool:
    return jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _write_manifest(folder: Path) -> None:
    """Digests of all files, and first, as a comment, the digest of that list itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = "".join(f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    header = f"# {hashlib.sha256(lines.encode()).hexdigest()}\n"
    (folder / _MANIFEST).write_bytes((header + lines).encode())


def _damage(folder: Path) -> list[str]:
    """A sentence for each file that is not as it was saved."""
    manifest = folder / _MANIFEST
    try:
        header, _, lines = manifest.read_bytes().partition(b"\n")
    except OSError as error:
        return [_sentence(manifest, error)]
    if header != f"# {hashlib.sha256(lines).hexdigest()}".encode():
        return [f"{manifest} is damaged"]
    found = []
    for digest, name in (line.split("  ", 1) for line in lines.decode().splitlines()):
        try:
            if _digest(folder / name) != digest:
                found.append(f"{folder / name} is damaged")
        except OSError as error:
            found.append(_sentence(folder / name, error))
    return found


def _sentence(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} is missing"
    return f"{path} cannot be read ({error.strerror})"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Wait until a file, or the list of names that a folder is, has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _reason(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
