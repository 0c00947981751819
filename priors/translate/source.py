"""Text to program text: decoding, Markdown fences, and the bounds that protect the parser itself."""

from __future__ import annotations

import re

from priors.translate import limits
from priors.translate.errors import PriorError

# Possessive, for a line of the text may be as long as the text.
_FENCE = re.compile(r"^[ \t]*+(`{3,}+|~{3,}+)[ \t]*+([\w+-]*+)[^`\n]*+$")
_START = re.compile(r"^(import |from \w|def |class |@|[A-Za-z_]\w*\s*(:[^=]+)?=[^=]|\"\"\"|'''|#)")
_PROSE = re.compile(r"^(?:[-*>] |#+ |\d+\. |[A-Z][\w']*+[,:]? \w)")
# Strings and comments first: what stands in them is no code. An unclosed string ends with its line.
_TOKEN = re.compile(
    r"""(?P<string>[rRbBuUfF]{0,2}(?:'''(?:[^\\]|\\.)*?(?:'''|\\?\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\\?\Z)"""
    r"""|'(?:[^\\'\n]|\\.)*'?|"(?:[^\\"\n]|\\.)*"?))"""
    r"""|(?P<comment>\#[^\n]*)"""
    r"""|(?P<number>\.?[0-9][\w.]*)"""
    r"""|(?P<word>[^\W\d]\w*)"""
    r"""|(?P<newline>(?<!\\)\n+)"""
    r"""|(?P<space>\s+)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])"""
    r"""|(?P<separator>[,;=])"""
    r"""|(?P<operator>.)""",
    re.DOTALL,
)
_PREFIX_WORDS = {"not", "lambda", "if", "else", "and", "or", "in", "is", "for", "await", "yield"}


def decode(text: str | bytes) -> str:
    r"""`text` with `\\n` line ends; refuses what is no text, and what is too long."""
    if isinstance(text, (bytes, bytearray)):
        if len(text) > limits.MAX_SOURCE_BYTES:
            raise PriorError(f"the text has more than {limits.MAX_SOURCE_BYTES} bytes")
        try:
            text = bytes(text).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PriorError(f"the text is not UTF-8: {error.reason}", "save it as UTF-8") from None
    if not isinstance(text, str):
        raise PriorError(f"a program is text, not {type(text).__name__}", "pass str or bytes")
    if len(text) > limits.MAX_SOURCE_BYTES:
        raise PriorError(f"the text has more than {limits.MAX_SOURCE_BYTES} characters")
    if "\0" in text:
        raise PriorError("the text has null bytes", "remove them")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PriorError("the text has lone surrogates, which are no characters", "remove them")
    for old, new in (("\r\n", "\n"), ("\r", "\n"), ("\f", " "), ("\u00a0", " "), ("\u200b", "")):
        text = text.replace(old, new)
    return text.removeprefix("\ufeff")


def blocks(text: str) -> list[str]:
    """The parts of a model's reply that may be the program, each at its own lines of the text.

    Lines outside a part are blank in it, so that errors point into the reply as it was given.
    Without fences the whole text is the one part. Of very many fenced blocks the last ones count.
    """
    lines = text.split("\n")
    found: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if not fence:
            continue
        if opened is None:
            opened = (number + 1, fence[1])
        elif fence[1].startswith(opened[1]) and not fence[2]:
            found.append((opened[0], number))
            opened = None
    if opened is not None:
        found.append((opened[0], len(lines)))
    return [_only(lines, start, stop) for start, stop in found[-limits.MAX_BLOCKS :] or [(0, len(lines))]]


def without_prose(text: str) -> str:
    """`text` from its first line that looks like Python; for replies whose code has no fence."""
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if _START.match(line)), 0)
    return _only(lines, start, len(lines))


def before_prose(text: str, line: int) -> str:
    """`text` before its line `line`, if that is prose behind the program; an empty string if it is not."""
    lines = text.split("\n")
    return _only(lines, 0, line - 1) if _PROSE.match(lines[line - 1]) else ""


def _only(lines: list[str], start: int, stop: int) -> str:
    kept = lines[start:stop]
    margins = [len(line) - len(line.lstrip(" ")) for line in kept if line.strip()]
    margin = min(margins, default=0)
    return "\n".join([""] * start + [line[margin:] for line in kept])


def scan(text: str) -> None:
    """Refuse text whose nesting could exhaust the parser, before the parser sees it."""
    margins = {len(row) - len(row.lstrip()) for row in text.split("\n") if row.strip()}
    if len(margins) > 4 * limits.MAX_INDENTATION or max(margins, default=0) > 20 * limits.MAX_INDENTATION:
        raise PriorError("blocks are nested too deeply", "use helper functions")
    # Operators seen in each open bracket since its last separator: an upper bound of the tree's depth.
    # A colon separates nothing, for `lambda: lambda: ...` nests.
    chains, elifs = [0], 0
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        if kind == "open":
            chains[-1] += 1
            chains.append(0)
        elif kind == "close" and len(chains) > 1:
            chains.pop()
        elif kind == "separator" or (kind == "newline" and len(chains) == 1):
            chains[-1] = 0
        elif kind == "operator" or word in _PREFIX_WORDS:
            chains[-1] += 1
        elifs += word == "elif"
        problem = _excess(kind, word, chains, elifs)
        if problem:
            line = text.count("\n", 0, token.start()) + 1
            column = token.start() - text.rfind("\n", 0, token.start())
            raise PriorError(*problem, line=line, column=column)


def _excess(kind: str | None, word: str, chains: list[int], elifs: int) -> tuple[str, str] | None:
    """What is too much after a token, and what to write instead."""
    if len(chains) > limits.MAX_BRACKET_DEPTH:
        return "brackets are nested too deeply", "name the inner parts first"
    if sum(chains) > limits.MAX_OPERATOR_CHAIN:
        return "an expression has too many operators", "name its parts first"
    if elifs > limits.MAX_ELIF:
        return f"more than {limits.MAX_ELIF} `elif`", "use a table or a formula"
    if kind == "number" and len(word) > limits.MAX_NUMBER_CHARACTERS:
        return "a number is too long", f"write it with at most {limits.MAX_NUMBER_CHARACTERS} characters"
    # The parser runs itself again on what stands inside an f-string.
    prefix = word[:2].lower().split("'")[0].split('"')[0]
    if kind == "string" and "f" in prefix and len(word) > limits.MAX_FSTRING_CHARACTERS:
        return "an f-string is too long", "leave it out: nothing is printed"
    return None
