"""The one error of the translator: where, what is not allowed, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from priors.translate import limits


def _cut(text: str) -> str:
    most = limits.MAX_MESSAGE_CHARACTERS
    return text if len(text) <= most else f"{text[:most]}..."


class PriorError(Exception):
    """A program that cannot be translated.

    Attributes:
        message: what is not allowed.
        hint: what to write instead, or an empty string.
        line: line in the given text, from 1; None where the text as a whole is meant.
        column: column in that line, from 1, in characters; None as above.
        source_line: that line of the text, or an empty string.
        file: how the text is called.
        others: further errors of the same text, found in the same pass.
        fatal: a budget is exceeded, so that looking for further errors would cost too much.
        told: it follows from an error that has been noted.
        raises: the exception that CPython raises here too, such as "KeyError", or an empty string.
        about: the name it is about, where no single place in the text is wrong.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        line: int | None = None,
        column: int | None = None,
        fatal: bool = False,
        told: bool = False,
        raises: str = "",
    ) -> None:
        self.message = _cut(message)
        super().__init__(self.message)
        self.hint = _cut(hint)
        self.line = line
        self.column = column
        self.source_line = ""
        self.file = "program.py"
        self.others: tuple[PriorError, ...] = ()
        self.fatal = fatal
        self.told = told
        self.raises = raises
        self.about = ""
        self._byte_offset: int | None = None

    def at(self, node: ast.AST) -> PriorError:
        """Point at `node`, unless the error already has a place."""
        if self.line is None and hasattr(node, "lineno"):
            self.line, self._byte_offset = node.lineno, node.col_offset  # type: ignore[attr-defined]
        return self

    def quote(self, text: str, file: str) -> PriorError:
        """Take the source line, the column in characters and the file's name from the whole text."""
        self.file = file
        lines = text.split("\n")
        if self.line is not None and 1 <= self.line <= len(lines):
            self.source_line = lines[self.line - 1].rstrip()
            if self._byte_offset is not None:
                # The parser counts bytes of UTF-8.
                head = self.source_line.encode()[: self._byte_offset]
                self.column = len(head.decode(errors="replace")) + 1
        for error in self.others:
            error.quote(text, file)
        return self

    @staticmethod
    def group(errors: Iterable[PriorError]) -> PriorError:
        """The first error in the order of the text, which carries the rest as `others`, each once."""
        ordered = sorted(errors, key=lambda error: (error.line or 0, error._byte_offset or 0))
        distinct = {(error.line, error._byte_offset, error.message): error for error in ordered}
        first, *rest = list(distinct.values())[:20]
        first.others = tuple(rest)
        return first

    def _place(self) -> str:
        places = (self.file, self.line, self.column)
        return ":".join(str(place) for place in places if place is not None)

    def _one(self) -> str:
        parts = [f"{self._place()}: {self.message}"]
        if self.source_line:
            # A very long line would hide the message; keep the part around the column.
            column = (self.column or 1) - 1
            start = max(0, column - 60)
            shown = self.source_line[start : start + 100].replace("\t", " ")
            parts.append(f"    {shown}")
            if self.column is not None:
                parts.append(f"    {' ' * (column - start)}^")
        if self.hint:
            parts.append(f"  hint: {self.hint}")
        return "\n".join(parts)

    def __str__(self) -> str:
        return "\n".join(error._one() for error in (self, *self.others))

    def one_line(self) -> str:
        """The first error on one line, and how many more there are."""
        hint = f"; instead: {self.hint}" if self.hint else ""
        more = f" (and {len(self.others)} more)" if self.others else ""
        return f"{self._place()}: {self.message}{hint}{more}"

    def for_prompt(self) -> str:
        """Compact text that tells a language model what to change, one line per error."""
        lines = []
        for error in (self, *self.others):
            place = f"line {error.line}: " if error.line is not None else ""
            code = f" in `{error.source_line.strip()[:100]}`" if error.source_line else ""
            hint = f" Instead: {error.hint}." if error.hint else ""
            lines.append(f"{place}{error.message}{code}.{hint}")
        return "\n".join(lines)
