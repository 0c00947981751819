"""Several seeds in one program: which axis of a run's state they share, and how their parts are batched."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar, cast

import jax

from camel_jax.state import TrainState

Function = TypeVar("Function", bound=Callable[..., Any])

# The step is the same for every seed: without an axis of its own, branches on it stay branches.
_AXES: dict[str, Any] = {field.name: 0 for field in dataclasses.fields(TrainState)}
SEED_AXES: Any = TrainState(**{**_AXES, "step": None})


def per_seed(function: Function) -> Function:
    """`function`, which under `vmap` over seeds runs seed after seed on a CPU.

    A CPU gains nothing from batched matrix products, and sums their entries in another order than single
    ones; one after another, every seed learns exactly what it learns alone, while the physics of all seeds
    still goes down in one call. An accelerator is filled by batching, and the numbers differ by rounding.
    """
    return _one_after_another(function) if jax.default_backend() == "cpu" else function


def _one_after_another(function: Function) -> Function:
    """`sequential_vmap` for arguments and results of any type.

    By itself it builds them with booleans in place of arrays, which Brax's counter makes arrays of.
    """

    def call(*arguments: Any) -> Any:
        leaves, structure = jax.tree.flatten(arguments)
        structures = []

        @jax.custom_batching.sequential_vmap
        def of_leaves(*leaves: Any) -> list[Any]:
            results, structure_of_results = jax.tree.flatten(function(*jax.tree.unflatten(structure, leaves)))
            structures.append(structure_of_results)
            return results

        results = of_leaves(*leaves)
        return jax.tree.unflatten(structures[-1], results)

    return cast(Function, call)
