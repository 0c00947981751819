"""The README's Python example runs as it stands."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_python_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(compile(example, "README.md", "exec"), names)  # the project's own text
    assert names["action"].shape == (3,)
    assert names["result"].history[-1]["train/env_steps"] >= 2_000


def test_every_file_that_the_readme_links_exists():
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text())
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_every_make_target_that_the_readme_names_exists():
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:    |`)make ([a-z]+)", text)) <= targets
