"""Names: assigning them on a path, and reading what they hold on another.

There are no copies of the environment: a name keeps its assignments with their paths, and reading it
chooses among those that the current path can see.
"""

from __future__ import annotations

from priors.translate import exceptions
from priors.translate.choices import joined, merge
from priors.translate.containers import Container, Value, containers, hold, is_older, with_bases
from priors.translate.errors import PriorError
from priors.translate.frames import Binding, Cells, Frame, Layer
from priors.translate.objects import Instance, Unusable
from priors.translate.paths import NOWHERE
from priors.translate.state import State, refuted_by_literals


def assign(state: State, name: str, value: Value) -> None:
    """Bind a name of the running frame, or the name that it declares `global` or `nonlocal`."""
    set_cell(state, state.frame.declared.get(name, state.frame), name, value)


def set_cell(state: State, cells: Cells, name: str, value: Value) -> None:
    """Bind `name` on the current path, leaving it elsewhere as it was."""
    paths, visible = state.paths, state.visible(cells)
    old = cells.names.get(name, Binding(NOWHERE, []))
    # What no observation can see any more is forgotten, or loops would pile up their past.
    kept = [layer for layer in old.layers if not paths.covers(state.alive, paths.both(layer.path, visible))]
    layer = Layer(state.alive, value, is_older(value, state.statement))
    hold(value)
    if cells is not state.frame:
        escape(state, value)
    cells.names[name] = Binding(paths.either(old.defined, state.alive), [layer, *kept])


def escape(state: State, value: Value, frame: Frame | None = None) -> None:
    """Note that an object outlives its frame: who can see it now sees it while `frame` runs, or ever after.

    A change after some observations have returned is then no change for everyone.
    """
    frame = frame or state.module
    parts: list[Container | Instance] = []
    for container in containers(value, state.graph.spend):
        parts += with_bases(container)
    if isinstance(value, Instance):
        parts.append(value)
    for part in parts:
        if part.born is not None and part.born[0].waiting() not in (frame, state.module):
            part.born = (frame, state.visible(part))


def lookup(state: State, name: str) -> Value | None:
    """What `name` holds on the current path, None if no frame has the name."""
    frame: Frame | None = state.frame.declared.get(name, state.frame)
    while frame is not None:
        binding = frame.names.get(name)
        if binding is not None:
            return read(state, name, binding)
        if frame.local_names is not None and name in frame.local_names:
            raise PriorError(
                f"`{name}` is read before it is assigned",
                f"assign `{name}` before this line",
                raises="UnboundLocalError",
            )
        frame = frame.outer
    return None


def is_bound(state: State, name: str) -> bool:
    """Whether some frame that the running one sees has `name`."""
    frame: Frame | None = state.frame
    while frame is not None:
        if name in frame.names:
            return True
        frame = frame.outer
    return False


def read(state: State, name: str, binding: Binding, kind: str = "UnboundLocalError") -> Value:
    """What a binding holds on the current path; elsewhere it raises `kind` in CPython.

    Raises:
        PriorError: on some part of the path it holds nothing.
    """
    if not state.paths.covers(binding.defined, state.alive):
        missing = state.paths.without(state.alive, binding.defined)
        if exceptions.is_caught(state, kind):
            exceptions.throw(state, missing, kind)
            return read(state, name, binding)
        error = PriorError(
            f"`{name}` may be unassigned here: only some branches assign it",
            f"give `{name}` a value before the `if`, or in every branch",
        )
        raise refuted_by_literals(state, missing, error)
    value = merged(state, binding, name)
    if isinstance(value, Unusable):
        about = "" if value.message.startswith(f"`{name}`") else f"`{name}`: "
        raise PriorError(about + value.message, value.hint, told=value.told)
    return value


def merged(state: State, binding: Binding, name: str) -> Value:
    """The value on the current path: that of one assignment, or a choice among several."""
    left, parts = state.alive, []
    for layer in binding.layers:
        if state.paths.meet(left, layer.path):
            parts.append(layer)
            left = state.paths.without(left, layer.path)
    if len(parts) == 1:
        return parts[0].value
    local = state.frame.names.get(name) is binding
    alone = local and not any(_is_shared(layer) for layer in parts)
    value = parts[-1].value
    for layer in reversed(parts[:-1]):
        condition = state.paths.mask(layer.path)
        # No one else holds these objects: from here on their copy is what the name holds.
        value = (joined if alone else merge)(state.graph, condition, layer.value, value)  # type: ignore[arg-type]
    if alone and isinstance(value, Container):
        value.frozen, value.born = False, (state.frame, state.alive)
        hold(value)
    binding.layers.insert(0, Layer(state.alive, value))
    return value


def _is_shared(layer: Layer) -> bool:
    value = layer.value
    return isinstance(value, Container) and (
        layer.shared or value.frozen or value.forward is not None or value.holders > 1
    )
