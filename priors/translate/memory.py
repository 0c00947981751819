"""Memory: what changes from step to step becomes an explicit carry.

A program is evaluated in rounds. The first round takes everything as the module and `__init__` left it; a
name that a step changes is remembered from the next round on, as input and output of the step. Rounds end
when a step changes nothing else, and everything remembered keeps its form and kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from priors.translate import limits
from priors.translate.anchors import Anchors
from priors.translate.choices import merge
from priors.translate.containers import Container, Value, hold
from priors.translate.errors import PriorError
from priors.translate.forms import (
    MISSING,
    Building,
    Case,
    Form,
    Taking,
    UndecidedError,
    cases,
    count,
)
from priors.translate.frames import Binding, Cells, Layer
from priors.translate.graph import Kind
from priors.translate.groups import Cell, Group, GrowthError
from priors.translate.invariants import Number, check_growth, first_seen, same
from priors.translate.nodes import Node, Scalar
from priors.translate.objects import Function
from priors.translate.paths import EVERYWHERE, NOWHERE, Path
from priors.translate.state import State


def _binding(anchors: Anchors, cell: Cell) -> Binding | None:
    anchor, name = anchors.found[cell[0]], cell[1]
    if name.startswith("="):
        assert isinstance(anchor, Function)
        return Binding(EVERYWHERE, [Layer(EVERYWHERE, anchor.defaults[name[1:]])])
    return anchor.names.get(name)


class Part:
    """A round of one group of names.

    Attributes:
        slots: where the carry holds what is remembered of them, counted from `offset`.
    """

    def __init__(
        self, state: State, anchors: Anchors, group: Group, offset: int, logs: Mapping[Cell, int]
    ) -> None:
        self._logs = logs
        self._state = state
        self._anchors = anchors
        self._group = group
        self._offset = offset
        self._installed: dict[Form, list[Scalar]] = {}
        ((form, (_, self._initial)),) = self._cases().items()
        group.forms.setdefault(form, [Number(initial=True) for _ in self._initial])
        self.slots = group.slots()
        self._install()

    def _cases(self) -> dict[Form, Case]:
        named = [(cell[1], _binding(self._anchors, cell), self._logs.get(cell)) for cell in self._group.cells]
        return cases(self._state, self._anchors, named)

    def _install(self) -> None:
        """Put what is remembered in the place of what the module left."""
        state, forms, slots = self._state, self._group.forms, self.slots
        nodes = self._nodes()
        left, values, paths, tests = EVERYWHERE, [], [], []
        for index, (form, numbers) in enumerate(forms.items()):
            installed: list[Scalar] = []
            for position, (known, slot) in enumerate(zip(numbers, slots.rows[form], strict=True)):
                if slot is not None:
                    installed.append(nodes[slot])
                else:
                    constant = self._initial[position] if known.initial else known.constant
                    installed.append(constant)  # type: ignore[arg-type]
            path = left
            if index + 1 < len(forms):
                tests.append(state.graph.apply("equal", nodes[0], index))
                path = state.paths.both(left, state.paths.where(tests[-1]))
                left = state.paths.without(left, path)
            building = Building(state, self._anchors, installed, path)
            values.append([MISSING if part == (MISSING,) else building.value(part) for part in form])
            paths.append(path)
            self._installed[form] = installed
        self._bind(values, paths, tests)

    def _nodes(self) -> list[Node]:
        pairs = zip(self.slots.kinds, self.slots.bounds, strict=True)
        graph = self._state.graph
        return [graph.memory(self._offset + slot, kind, bounds) for slot, (kind, bounds) in enumerate(pairs)]

    def _bind(self, values: list[list[Value]], paths: list[Path], tests: list[Scalar]) -> None:
        """Bind every cell to its value in whichever form the memory has."""
        for position, (index, name) in enumerate(self._group.cells):
            defined, held = NOWHERE, None
            for number in range(len(values) - 1, -1, -1):
                value = values[number][position]
                if isinstance(value, str) and value is MISSING:
                    continue
                # Objects stay themselves: which names share one differs from form to form.
                held = value if defined == NOWHERE else merge(self._state.graph, tests[number], value, held)
                defined = self._state.paths.either(defined, paths[number])
            anchor = self._anchors.found[index]
            hold(held)
            if name.startswith("="):
                assert isinstance(anchor, Function)
                anchor.defaults[name[1:]] = held
            elif defined == NOWHERE:
                anchor.names.pop(name, None)
            else:
                anchor.names[name] = Binding(defined, [Layer(defined, held, shared=True)])

    def learn(self) -> bool:
        """Take what the step left into the group; whether there was anything new."""
        group, changed = self._group, False
        self._after = self._cases()
        new_forms: list[Form] = []
        for form, (_, numbers) in self._after.items():
            if form not in group.forms:
                if len(group.forms) - group.filled >= limits.MAX_FORMS:
                    self._check_growth(form)
                    error = PriorError(
                        "what the policy remembers grows at every step, or has too many forms",
                        "bound it: a list of fixed length, collections.deque(maxlen=8), or numbers",
                        fatal=True,
                    )
                    error.about = self._differing(form, list(group.forms)[-1])
                    raise error
                group.forms[form] = [first_seen(value) for value in numbers]
                new_forms.append(form)
                changed = True
                continue
            old = group.forms[form]
            rows = zip(old, numbers, self._installed[form], strict=True)
            new = [a.joined(v, i, self._state.graph.stops) for a, v, i in rows]
            changed = changed or new != old
            group.forms[form] = new
        for form in new_forms:
            self._fill_deques(form)
        return changed

    def _fill_deques(self, form: Form) -> None:
        """Add the forms in which a deque that has begun to grow is longer, instead of a round for each."""
        forms = self._group.forms
        for place, first in enumerate(form):
            if first[0] != "list" or first[1] is None or first[2] != "deque" or len(first) == _DEQUE:
                continue
            part, size = first, count(first[-1])
            end = sum(map(count, form[: place + 1]))
            if (*form[:place], part[:-1], *form[place + 1 :]) not in forms:
                continue
            while len(part) < _DEQUE + first[1] and len(forms) < limits.MAX_ALL_FORMS:
                # What is `initial` has its place in the first form; in a longer one it is another.
                numbers = [
                    first_seen(self._initial[i]) if n.initial else n for i, n in enumerate(forms[form])
                ]
                part = (*part, part[-1])
                form = (*form[:place], part, *form[place + 1 :])
                if form not in forms:
                    forms[form] = [*numbers[:end], *numbers[end - size : end], *numbers[end:]]
                    self._group.filled += 1
                end += size

    def _check_growth(self, form: Form) -> None:
        """Give up on the lengths of lists that have made the forms many.

        Raises:
            GrowthError: they are logs, of which the last entries are enough.
        """
        found = []
        for place, cell in enumerate(self._group.cells):
            looks = {one[place] for one in (*self._group.forms, form)}
            lengths = {len(look) for look in looks if look[:3] == ("list", None, "list")}
            if len(lengths) > limits.MAX_FORMS // 2 and cell not in self._logs:
                found.append(cell)
        if found:
            raise GrowthError(found)

    def _differing(self, a: Form, b: Form) -> str:
        """The first name that has another form in `a` than in `b`."""
        pairs = zip(self._group.cells, a, b, strict=True)
        return next((cell[1].removeprefix("=") for cell, x, y in pairs if x != y), "")

    def carries(self) -> tuple[list[Scalar], list[Scalar]]:
        """The remembered numbers before the first step, and after this one; for when nothing is new."""
        graph, paths, slots = self._state.graph, self._state.paths, self.slots
        first: list[Scalar] = [0] * len(slots.kinds)
        after: list[Scalar] = list(self._nodes())
        for index, (form, row) in enumerate(slots.rows.items()):
            path, now = self._after.get(form, (NOWHERE, self._installed[form]))
            here = paths.mask(path)
            if len(slots.rows) > 1:
                after[0] = graph.select(here, index, after[0])
            for position, slot in enumerate(row):
                if slot is None:
                    continue
                check_growth(now[position], slots.kinds[slot], slots.bounds[slot])
                after[slot] = graph.select(here, graph.cast(now[position], slots.kinds[slot]), after[slot])
                if index == 0:
                    first[slot] = self._initial[position]
        return [graph.cast(start, kind) for start, kind in zip(first, slots.kinds, strict=True)], after


_DEQUE = 3
"""Where the entries of a list begin in its form."""


@dataclass(eq=False)
class Memory:
    """What is remembered, as far as the rounds so far have found out.

    Attributes:
        split: whether every name, with those that share its objects, is a group of its own. Together they
            tell more: once `started` is true, `last` is no longer None. But forms of all names together
            multiply where the names have nothing to do with each other.
        logs: lists that grow at every step, and how many of their last entries are remembered.
        groups: the names, and what they look like.
    """

    split: bool = False
    logs: Mapping[Cell, int] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)

    @property
    def cells(self) -> list[Cell]:
        """All remembered names."""
        return [cell for group in self.groups for cell in group.cells]


class Step:
    """One round: the state before the step, the memory put into it, and what the step leaves.

    Attributes:
        kinds: of the numbers of the carry.
    """

    def __init__(self, state: State, memory: Memory, roots: Sequence[Cells]) -> None:
        self._state = state
        self._memory = memory
        self._anchors = Anchors.reachable(roots)
        self._before = {cell: self._alone(cell) for cell in self._all_cells()}
        self._holders: dict[int, list[Cell]] = {}
        for cell, before in self._before.items():
            for held in before[2] if before else ():
                self._holders.setdefault(id(held), []).append(cell)
        state.graph.provisional = any(group.is_provisional() for group in memory.groups)
        self.kinds: list[Kind] = []
        self._parts: list[Part] = []
        for group in memory.groups:
            part = Part(state, self._anchors, group, len(self.kinds), memory.logs)
            self._parts.append(part)
            self.kinds += part.slots.kinds

    # Cells.

    def _all_cells(self) -> list[Cell]:
        cells: list[Cell] = []
        for index, anchor in enumerate(self._anchors.found):
            cells += [(index, name) for name in anchor.names]
            if isinstance(anchor, Function):
                cells += [(index, f"={name}") for name in anchor.defaults]
        return cells

    def _alone(self, cell: Cell) -> tuple[Form, list[Scalar], list[Container]] | None:
        """The form, the numbers and the objects of one cell; None if they are not the same on every path."""
        taking = Taking(self._state, self._anchors)
        try:
            form = taking.named(cell[1], _binding(self._anchors, cell), self._memory.logs.get(cell))
        except UndecidedError:
            return None
        return form, taking.numbers, taking.objects

    # After the step.

    def learn(self) -> bool:
        """Take what the step changed into the memory; whether there was anything new."""
        self._state.alive = EVERYWHERE
        memory, known = self._memory, set(self._memory.cells)
        new = [cell for cell in self._all_cells() if cell not in known and self._is_changed(cell)]
        while new:
            group = self._with_sharers(new[:1] if memory.split else new, known)
            if memory.split or not memory.groups:
                memory.groups.append(Group(group))
            else:
                # Forms are of all cells together: they are found anew.
                memory.groups = [Group([*memory.cells, *group])]
            known |= set(group)
            new = [cell for cell in new if cell not in known]
            if not new:
                return True
        learned = [part.learn() for part in self._parts]
        self._check_size()
        return any(learned)

    def _check_size(self) -> None:
        size = sum(len(group.slots().kinds) for group in self._memory.groups)
        if size > limits.MAX_REMEMBERED:
            error = PriorError(
                f"the policy remembers {size} numbers, more than {limits.MAX_REMEMBERED}",
                "keep fewer: the last few observations, or a running average of them",
            )
            error.about = max(self._memory.groups, key=lambda group: len(group.slots().kinds)).cells[0][1]
            raise error

    def _is_changed(self, cell: Cell) -> bool:
        before, now = self._before.get(cell), self._alone(cell)
        if before is None or now is None or before[0] != now[0]:
            return True
        return any(a is not b and not same(a, b) for a, b in zip(before[1], now[1], strict=True))

    def _with_sharers(self, cells: list[Cell], known: set[Cell]) -> list[Cell]:
        """`cells`, and those which hold one of the same objects."""
        found, seen = dict.fromkeys(cells), set[int]()
        for cell in (pending := list(cells)):
            before = self._before.get(cell)
            objects = [id(part) for part in before[2] if id(part) not in seen] if before else []
            seen |= {*objects}
            sharers = [other for part in objects for other in self._holders[part]]
            new = dict.fromkeys(other for other in sharers if other not in found and other not in known)
            found |= new
            pending += new
        return list(found)

    def carries(self) -> tuple[list[Scalar], list[Scalar]]:
        """The remembered numbers before the first step, and after this one; for when nothing is new."""
        both = [part.carries() for part in self._parts]
        return [x for first, _ in both for x in first], [x for _, after in both for x in after]
