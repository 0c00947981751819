"""The house: four floors whose imports run only downwards, without circles."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("envs", "priors", "camel_jax", "experiments")
FILES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
# Programs of the library are data.
MODULES = [path for path in FILES if path.parent.parent.name != "library"]


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path):
    """Modules of the project that a file imports anywhere, as full names."""
    known = {name_of(other) for other in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name if name in known else node.module for name in inner]
        else:
            continue
        yield from (name for name in found if name.split(".")[0] in FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downwards(path):
    floor = FLOORS.index(path.relative_to(ROOT).parts[0])
    for name in imports_of(path):
        assert FLOORS.index(name.split(".")[0]) <= floor, f"{path} imports {name}, which lies above it"


def test_no_two_modules_import_each_other():
    graph = {name_of(path): set(imports_of(path)) for path in MODULES}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


def test_lock_files_are_hashed_and_name_no_host():
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), "every package has its hashes"


def test_text_of_language_models_is_never_executed():
    forbidden = {"exec", "eval", "compile", "__import__"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, f"{path}:{node.lineno} calls {node.func.id}"
