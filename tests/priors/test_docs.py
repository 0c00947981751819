"""What the pages say of priors is so: their Python prints what they show, their tables are the code's.

After a change on purpose, `PYTHONPATH=tests python tests/priors/test_docs.py` writes the new outputs into the
pages.
"""

import importlib.util
import os
import re
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from pages import BLOCK, rendered, rows

import envs
import priors
from priors.translate import calls, functions, limits
from priors.translate.expressions import EXPRESSIONS
from priors.translate.functions import mathematics, methods, tables
from priors.translate.statements import STATEMENTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "priors.md"
README = ROOT / "README.md"
EXAMPLES = ROOT / "docs" / "examples"


def section(text):
    """The part of the README that is about priors; its first example has a test of its own."""
    return re.search(r"^## Priors\n.*?(?=^## )", text, re.MULTILINE | re.DOTALL)[0]


@pytest.mark.parametrize(
    ("page", "part", "most"), [(PAGE, str, 5), (README, section, 0)], ids=["page", "readme"]
)
def test_the_python_blocks_run_and_print_what_is_shown(page, part, most, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = part(page.read_text())
    assert len(BLOCK.findall(text)) > most
    # Every block of output belongs to the Python in front of it.
    assert text.count("```text\n") == sum("```text\n" in block[0] for block in BLOCK.finditer(text))
    assert rendered(text).splitlines() == text.splitlines()


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rich_program_on_the_page_is_the_example():
    _, code = (EXAMPLES / "prior_stance_flight.py").read_text().split('"""\n\n', 1)
    assert f"```python\n{code}```" in PAGE.read_text()


def test_the_example_of_a_function_has_no_problem():
    prior = load("prior_function").PRIOR
    assert priors.check(prior, envs.spec("hopper"), observations=1000).ok
    carry, interval = prior(prior.reset(), jnp.zeros(11))
    np.testing.assert_allclose(carry, 0.15, rtol=1e-6)
    np.testing.assert_allclose(interval.centre, 0.4 * np.sin([0.0, 1.0, 2.0]), rtol=1e-5, atol=1e-7)


def test_every_rule_of_the_language_is_in_the_table_of_constructs():
    told = [rule for row in rows(PAGE, "construct") for rule in re.findall(r"`(\w+\.\w+)`", row[1])]
    ours = {*STATEMENTS.values(), *EXPRESSIONS.values()}
    assert sorted(told) == sorted(f"{rule.__module__.split('.')[-1]}.{rule.__name__}" for rule in ours)


LIBRARY = (
    *("itertools", "functools", "operator", "copy", "statistics", "collections", "bisect", "heapq", "json"),
    *("types", "dataclasses", "jax.lax", "jax.nn", "scipy.special"),
)


def test_the_names_that_the_page_lists_are_those_of_the_tables():
    of_values = {kind.__name__: set(table) for kind, table in methods._METHODS}
    expected = {
        "Python itself": {*functions._BUILTINS, *calls.SPECIAL, *functions._TYPES, *functions.DROPPED},
        "`math`": set(mathematics.MATH),
        "`numpy`": functions.members("numpy").keys() - {"linalg"},
        "`numpy.linalg`": set(tables.LINALG),
        **{f"`{name}`": set(functions._MEMBERS[name]) for name in LIBRARY},
        "arrays": of_values["Array"] | set(methods._ARRAY_ATTRIBUTES),
        "lists, deques": of_values["List"],
        "tuples": of_values["tuple"],
        "dicts": of_values["Dict"],
        "strings": of_values["str"],
    }
    assert {place: set(re.findall(r"`(\w+)`", names)) for place, names in rows(PAGE, "where")} == expected


def test_the_budgets_that_the_page_tells_are_the_codes():
    for name, value, _ in rows(PAGE, "budget"):
        assert getattr(limits, name.strip("`")) == int(value.replace(",", ""))


def test_every_file_that_the_page_names_exists():
    text = PAGE.read_text()
    for link in re.findall(r"\]\(([^):#]+)\)", text):
        assert (PAGE.parent / link).exists(), link
    for name in re.findall(r"`(\w+\.py)`", text):
        assert name == "mine.py" or list((ROOT / "priors").rglob(name)), name


if __name__ == "__main__":
    os.chdir(ROOT)
    PAGE.write_text(rendered(PAGE.read_text()))
    before = section(README.read_text())
    README.write_text(README.read_text().replace(before, rendered(before)))
