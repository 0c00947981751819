"""Changing objects on a path: everyone else who can see them must see them as they were."""

from __future__ import annotations

from priors.translate.bindings import escape
from priors.translate.choices import merge
from priors.translate.containers import Container, Dict, List, Value, hold
from priors.translate.errors import PriorError
from priors.translate.objects import Choice
from priors.translate.state import State


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


def resizable(state: State, container: List | Dict) -> List | Dict:
    """The object to change in length on the current path.

    Where only some observations see the change, two objects take the place of the one: a choice.
    """
    check_mutable(container)
    if covers_all_views(state, container):
        return container
    seen = state.visible(container)
    here = state.paths.both(seen, state.alive)
    changed, unchanged = _copy(container), _copy(container)
    frame = container.born[0] if container.born else state.module
    changed.born, unchanged.born = (frame, here), (frame, state.paths.without(seen, here))
    container.forward = Choice(state.paths.mask(here), changed, unchanged)  # type: ignore[arg-type]
    return changed


def _copy(container: List | Dict) -> List | Dict:
    if isinstance(container, List):
        return List(list(container.items), container.most, container.style)
    return Dict(dict(container.items), container.factory)


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
