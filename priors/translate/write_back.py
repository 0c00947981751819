"""From a prior back to the text of its program, with the current numbers in it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from envs import InputError
from priors.prior import FunctionPrior
from priors.translate import source
from priors.translate.errors import PriorError
from priors.translate.literals import Literals
from priors.translate.parse import parse

_MOST_INTEGER = 2**24
"""Above it float32 leaves integers out, and their digits say more than is known."""


class _Edit(NamedTuple):
    """Replace the bytes from `start` to `stop` with `text`."""

    start: int
    stop: int
    text: bytes


def to_source(prior: FunctionPrior) -> str:
    """The text of a translated program, with its changed literals replaced by the parameters' values.

    Everything else is as it was, byte for byte: comments, formatting, and the prose around a program. A
    value is written with the fewest digits that give the same float32 number; a literal that has its
    parameter's value already is left alone. Translated again, the text has equal numbers in the same places,
    though the names of those that are called after their value change with it, and a number that may be no
    parameter, such as an exponent that became an integer, is a constant.

    Raises:
        InputError: the prior was not translated from a text, or its parameters are not finite numbers
            under the names that the program has.
    """
    if not prior.source:
        raise InputError(
            f"the prior {prior.name!r} has no text to write its numbers into; only what "
            "`priors.translate` or `priors.load` made can be written back"
        )
    tree = parse(prior.source).tree
    literals = Literals(tree)
    values = _numbers(prior.parameters, literals)
    encoded = prior.source.encode()
    starts = _line_starts(prior.source, _block_of(prior.source, tree))
    for edit in sorted(_edits(tree, literals, values, encoded, starts), reverse=True):
        encoded = encoded[: edit.start] + edit.text + encoded[edit.stop :]
    return encoded.decode()


def _numbers(parameters: Any, literals: Literals) -> dict[str, np.float32]:
    """The parameters whose value is no longer that of their literal."""
    if not isinstance(parameters, Mapping):
        raise InputError(f"a program's parameters are a dict of numbers, not {type(parameters).__name__}")
    changed = {}
    for name, given in parameters.items():
        if name not in literals.values:
            raise InputError(f"the program has no literal {name!r}; use the names in `prior.parameters`")
        if np.shape(given) != ():
            raise InputError(f"the parameter {name!r} has shape {np.shape(given)}; it must be one number")
        with np.errstate(over="ignore"):
            number, before = np.float32(given), np.float32(literals.values[name])
        if not np.isfinite(number):
            raise InputError(f"the parameter {name!r} is {given}, which no float32 literal can express")
        if number != before or np.signbit(number) != np.signbit(before):
            changed[name] = number
    return changed


def _block_of(text: str, tree: ast.Module) -> str:
    """The part of `text` that `tree` was parsed from: it may be indented less than the text.

    Raises:
        InputError: no part gives this tree.
    """
    wanted = ast.dump(tree, include_attributes=True)
    blocks = source.blocks(text)
    for block in (text, *blocks, *map(source.without_prose, blocks)):
        try:
            source.scan(block)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = ast.dump(ast.parse(block), include_attributes=True)
        except (PriorError, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            continue
        if found == wanted:
            return block
    raise InputError("the program cannot be found in its own text")


def _line_starts(text: str, block: str) -> list[int]:
    """Where each line of `block` begins in the UTF-8 bytes of `text`."""
    starts, begin = [], 0
    for line, kept in zip(text.split("\n"), block.split("\n"), strict=False):
        size = len(line.encode())
        starts.append(begin + size - len(kept.encode()))
        begin += size + 1
    return starts


def _edits(
    tree: ast.Module, literals: Literals, values: Mapping[str, np.float32], text: bytes, starts: list[int]
) -> Iterator[_Edit]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node, parent in parents.items():
        name = literals.name_of(node)
        # The number behind a minus sign has the name of both.
        if name is None or name not in values or literals.name_of(parent) == name:
            continue
        minus = node if isinstance(node, ast.UnaryOp) else None
        number = minus.operand if minus else node
        assert isinstance(number, ast.Constant)
        assert number.end_lineno is not None
        assert number.end_col_offset is not None
        start = starts[number.lineno - 1] + number.col_offset
        stop = starts[number.end_lineno - 1] + number.end_col_offset
        # Python before 3.12 misplaces what stands inside an f-string.
        if not _is_number(text[start:stop], number.value):
            raise InputError(f"line {number.lineno}: the number {name!r} cannot be written back")
        value = values[name]
        digits = _digits(value, isinstance(number.value, int))
        if minus:
            yield _Edit(start, stop, _apart(digits, text, start, stop))
            if not np.signbit(value):
                yield _without_sign(starts[minus.lineno - 1] + minus.col_offset, start, text, parent)
        else:
            if np.signbit(value):
                digits = f"(-{digits})" if _binds_tightly(node, parent) else f"-{digits}"
            yield _Edit(start, stop, _apart(digits, text, start, stop))


def _without_sign(minus: int, start: int, text: bytes, parent: ast.AST) -> _Edit:
    """Take away the minus sign of the number that begins at `start`."""
    # The number must not run into the word before it, nor belong to the sign before it.
    alone = not _is_word(text[minus - 1 : minus]) and not (
        isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)
    )
    beside = not text[minus + 1 : start].strip(b" ")
    return _Edit(minus, start, b"") if alone and beside else _Edit(minus, minus + 1, b"+")


def _binds_tightly(node: ast.AST, parent: ast.AST) -> bool:
    """Whether a minus sign in front of `node` would apply to `parent`."""
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Pow) and parent.left is node
    if isinstance(parent, ast.Call):
        return parent.func is node
    return isinstance(parent, (ast.Attribute, ast.Subscript)) and parent.value is node


def _apart(number: str, text: bytes, start: int, stop: int) -> bytes:
    """`number` with blanks where it would run into the word before or after it, as in `0.5if x`."""
    before = " " if _is_word(text[start - 1 : start]) else ""
    return f"{before}{number}{' ' if _is_word(text[stop : stop + 1]) else ''}".encode()


def _is_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte > b"\x7f"


def _is_number(text: bytes, value: object) -> bool:
    try:
        return text[:1] in b".0123456789" and ast.literal_eval(text.decode()) == value
    except (SyntaxError, ValueError):
        return False


def _digits(value: np.float32, integer: bool) -> str:
    """The shortest literal whose float32 value is `value` without its sign; an integer stays one."""
    size = abs(value)
    if integer and size < _MOST_INTEGER and size == np.floor(size) and (size or not np.signbit(value)):
        return str(int(size))
    short = float(str(size))
    # Read as a double first, it is rounded twice.
    return repr(short if np.float32(short) == size else float(size))
