"""docs/tasks.md is what the task modules and the committed comparison say."""

from pathlib import Path

from PIL import Image

import envs
from experiments import parity, task_docs

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    results = parity.read(ROOT / "experiments" / "results" / "parity.json")
    assert (ROOT / "docs" / "tasks.md").read_text() == task_docs.page(results), "run make docs"


def test_every_task_has_its_picture(tmp_path):
    for task in envs.names():
        with Image.open(ROOT / "docs" / "images" / "tasks" / f"{task}.png") as picture:
            assert picture.size == (360, 270)
            assert len(picture.convert("L").getcolors(256)) > 20, "an empty picture"
    task_docs.draw("reacher", tmp_path / "reacher.png")
    with Image.open(tmp_path / "reacher.png") as picture:
        assert picture.size == (360, 270)
