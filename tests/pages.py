"""Running the Python of a page: its blocks follow on one another, and show what they print."""

import contextlib
import io
import re

BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<language>py|python)\n(?P<code>.*?)^(?P=fence)\n(?:\n```text\n.*?^```\n)?",
    re.MULTILINE | re.DOTALL,
)


def rendered(text, names=None):
    """`text` with what its blocks of Python print now; `names`, a dict, takes what they define."""
    names = {} if names is None else names

    def run(block):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(block["code"], "page", "exec"), names)  # the project's own text
        shown = f"{block['fence']}{block['language']}\n{block['code']}{block['fence']}\n"
        lines = "".join(f"{line.rstrip()}\n" for line in output.getvalue().splitlines())
        return shown + (f"\n```text\n{lines}```\n" if lines else "")

    return BLOCK.sub(run, text)


def rows(page, first):
    """The rows of a page's table whose heading begins with the column `first`, as lists of cells."""
    found = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", page.read_text(), re.MULTILINE)
    return [[cell.strip() for cell in re.split(r" \|(?= )", row.strip("|"))] for row in found[1].splitlines()]
