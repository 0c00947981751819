"""Saving and loading a run's state with Orbax, the only module that knows it. Nothing is pickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import jax
import orbax.checkpoint as ocp

from envs import InputError

Tree = TypeVar("Tree")


def save(path: Path, tree: Any) -> None:
    """Write a pytree of arrays, random keys included, to the new folder `path`."""
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path.absolute(), jax.tree.map(_to_array, tree))


def restore(path: Path, like: Tree) -> Tree:
    """Read what `save` wrote.

    Args:
        path: the folder.
        like: a pytree of the same structure; only shapes and dtypes matter, `jax.eval_shape` gives one.

    Raises:
        InputError: the folder is missing, damaged, or holds another structure.
    """
    if not path.is_dir():
        raise InputError(f"no checkpoint at {path}")
    shapes = jax.eval_shape(lambda tree: jax.tree.map(_to_array, tree), like)
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            arrays = checkpointer.restore(path.absolute(), shapes)
    except (ValueError, KeyError, TypeError, OSError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise InputError(f"the checkpoint at {path} cannot be read: {reason}") from error
    return jax.tree.map(_from_array, arrays, like)


def _is_key(leaf: Any) -> bool:
    return jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _to_array(leaf: jax.Array) -> jax.Array:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _from_array(array: jax.Array, like: Any) -> jax.Array:
    return jax.random.wrap_key_data(array) if _is_key(like) else array
