"""What the page on generation says is so.

After a change on purpose, `PYTHONPATH=tests:. python tests/experiments/test_generate_docs.py` writes the new
outputs into the page.
"""

import ast
import dataclasses
import re
import shlex
import typing
from pathlib import Path

import pytest
from pages import BLOCK, rendered, rows

import envs
from experiments import cli
from experiments.commands.generate import Generate
from priors.calls import CallSettings
from priors.client import MAX_REPLY_BYTES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "generate.md"
TEXT = PAGE.read_text()
COMMANDS = re.findall(r"^    (camel-jax \w.*)$", TEXT, re.MULTILINE)
KNOWN = {
    kind.__name__.lower(): kind
    for kind in (
        typing.get_args(kind)[0] if typing.get_args(kind) else kind for kind in typing.get_args(cli.Command)
    )
}
TESTS = (
    "tests/priors/test_client.py",
    "tests/priors/test_journal.py",
    "tests/experiments/test_generate.py",
    "tests/experiments/test_generate_rounds.py",
)


def test_the_python_blocks_run_and_print_what_is_shown():
    assert TEXT.count("```text\n") == sum("```text\n" in block[0] for block in BLOCK.finditer(TEXT)) == 2
    assert rendered(TEXT).splitlines() == TEXT.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_possible(command):
    name = shlex.split(command)[1]
    if name in KNOWN:
        parsed = cli._parse(shlex.split(command)[1:])
        assert isinstance(parsed, KNOWN[name])
        assert getattr(parsed, "task", None) in (*envs.names(), None)
    else:
        assert name in {"screen", "tune"}


def test_every_step_of_the_walk_has_its_command():
    walked = [shlex.split(command)[1] for command in COMMANDS]
    for _, command, *_ in rows(PAGE, "step"):
        assert command.strip("`") in walked


def functions_of(path):
    tree = ast.parse((ROOT / path).read_text())
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_fault_has_its_test_and_every_test_of_the_client_its_fault():
    told = [test.strip("`") for _, _, test in rows(PAGE, "fault")]
    assert len(set(told)) == len(told) > 20
    known = set().union(*map(functions_of, TESTS))
    assert set(told) <= known
    unlisted = functions_of(TESTS[0]) - set(told)
    assert unlisted == {
        "test_a_missing_key_is_named",
        "test_a_server_of_ones_own_needs_no_key",
        "test_bad_settings_are_refused_before_any_call",
        "test_images_go_along_with_the_text",
        "test_the_journal_tells_all_calls",
    }


def test_every_row_of_the_table_says_what_is_asserted():
    for fault, asserted, _ in rows(PAGE, "fault"):
        assert fault
        assert asserted


def test_the_numbers_of_the_page_are_the_codes():
    defaults = {field.name: field.default for field in dataclasses.fields(Generate)}
    assert f"`--repairs` times ({defaults['repairs']})" in TEXT
    assert f"`--max-tokens` ({defaults['max_tokens']:,})" in TEXT
    assert f"`--max-calls` ({defaults['max_calls']})" in TEXT
    assert "`--max-cost` (none)" in TEXT
    assert defaults["max_cost"] is None
    assert f"tried {defaults['retries'] + 1} times" in TEXT
    assert f"get {CallSettings.grace:g} s to end" in re.sub(r"\s+", " ", TEXT)
    assert f"{MAX_REPLY_BYTES // 10**6} MB" in TEXT


def test_every_file_that_the_page_names_exists():
    for link in re.findall(r"\]\(([^):#]+)\)", TEXT):
        assert (PAGE.parent / link).exists(), link
    for name in re.findall(r"`((?:priors|tests)/[\w/.]+)`", TEXT):
        assert (ROOT / name).exists(), name


if __name__ == "__main__":
    PAGE.write_text(rendered(TEXT))
