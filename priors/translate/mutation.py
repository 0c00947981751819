"""Changing objects on a path: everyone else who can see them must see them as they were."""

from __future__ import annotations

from priors.translate.bindings import escape
from priors.translate.containers import Container, Value, hold
from priors.translate.errors import PriorError
from priors.translate.paths import Path
from priors.translate.state import State, refuted_by_literals
from priors.translate.values import merge


def covers_all_views(state: State, container: Container) -> bool:
    """Whether a change on the current path is a change for everyone who can still see `container`."""
    return state.paths.covers(state.alive, state.visible(container))


def check_mutable(container: Container) -> None:
    """Refuse to change a copy that stands for one of several objects."""
    if container.frozen:
        raise PriorError(
            "this changes one of several objects, which of them depends on the observation",
            "change each of them in its own branch, or make a new one",
        )


def check_resizable(state: State, container: Container) -> None:
    """Refuse a change of length that only some observations would see."""
    check_mutable(container)
    if not covers_all_views(state, container):
        path: Path = state.alive
        error = PriorError(
            "the length of a list must not depend on the observation",
            "make the list with all its entries and set one of them in the branch: x[0] = value",
        )
        raise refuted_by_literals(state, path, error)


def put(state: State, container: Container, value: Value) -> Value:
    """Note that `container` holds `value` from now on, and is seen by whoever sees the container."""
    hold(value)
    if container.born is None or container.born[0] is not state.frame:
        escape(state, value)
    return value


def updated(state: State, container: Container, value: Value, old: Value) -> Value:
    """What an entry of `container` holds after `value` was put into it on the current path."""
    if covers_all_views(state, container):
        return value
    return merge(state.graph, state.paths.mask(state.alive), value, old)
