"""`camel-jax screen` as a person meets it: files, folders and the library, a table, JSON, a picture."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import envs
from envs import InputError
from experiments import screening
from experiments.cli import main
from experiments.film import Film
from experiments.prior_files import tuning_steps
from experiments.screen_figure import screen_figure, shortened
from priors.screen import Screening, Standing, Worth

HOLDS = "def policy(obs):\n    return [0.5 * obs[1] + 0.1 * obs[3]]\n"
FALLS = "def policy(obs):\n    return [-1.0 * obs[1]]\n"
STANDS = "def policy(obs):\n    return [0.0, 0.0, 0.0]\n"
HOSTILE = "import os\ndef policy(obs):\n    return os.listdir('.')\n"
SMALL = ["--envs", "6", "--steps", "60", "--keep", "1", "--widths", "0.1", "0.5"]


def write(folder, **programs):
    folder.mkdir(exist_ok=True)
    for name, text in programs.items():
        (folder / f"{name}.py").write_text(text)


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """Candidates in a folder and a file, screened: what was printed, and the JSON."""
    folder = tmp_path_factory.mktemp("screen")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write(folder / "found", falls=FALLS, hostile=HOSTILE)
        write(folder, holds=HOLDS)
        console = []
        patch.setattr(Console, "print", lambda self, *what, **_: console.append(what))
        names = ["found", "holds.py", "found/falls.py", "./found/../holds.py"]
        main(["screen", "inverted_pendulum", *names, *SMALL, "--json", "s.json", "--figure", "s.png"])
    return folder, console, json.loads((folder / "s.json").read_text())


def test_the_ranking_has_all_figures(screened):
    _, _, found = screened
    holds, falls = found["ranking"]
    assert (holds["name"], falls["name"]) == ("holds.py", "found/falls.py"), "each candidate once"
    assert holds["return_mean"] == holds["length_mean"] == 60.0
    assert holds["return_low"] == holds["return_high"] == 60.0
    assert holds["endings"] == {"termination": 0.0, "truncation": 1.0, "fault": 0.0, "stopped": 0.0}
    assert falls["endings"]["termination"] == 1.0
    assert falls["return_low"] < falls["return_mean"] < 60.0
    assert set(holds["masked"]) == {"0.1", "0.5"}
    assert falls["masked"] == {}
    assert len(holds["returns"]) == 6
    assert found["env_steps"] == found["mask_env_steps"] + round(6 * (60 + falls["length_mean"]))
    assert found["settings"]["widths"] == [0.1, 0.5]
    assert list(found["refused"]) == ["found/hostile.py"]
    assert "`os` is not available" in found["refused"]["found/hostile.py"]
    assert {"versions", "git_commit", "device"} <= set(found["ran_on"])


def test_the_whole_comparison_is_counted_beside_each_program(screened):
    folder, _, found = screened
    for name in ("holds.py", "found/falls.py"):
        assert tuning_steps(str(folder / name)) == found["env_steps"] > 0
    assert not (folder / "found" / "hostile.json").exists(), "nothing was simulated for it"
    assert [one["tuning_env_steps"] for one in found["ranking"]] == [found["env_steps"]] * 2


def test_what_is_told(screened):
    _, console, _ = screened
    lines = [what[0] for what in console if isinstance(what[0], str)]
    assert lines[0].startswith("found/hostile.py cannot be translated: found/hostile.py:3:12: ")
    assert lines[-1] == "next:    camel-jax train inverted_pendulum --prior holds.py"
    assert lines[-2] == "picture: s.png; its frames are of one more Gymnasium episode, not counted"
    assert not any("counted nowhere" in line for line in lines)


def test_the_picture_is_drawn(screened):
    folder, _, _ = screened
    picture = Image.open(folder / "s.png")
    assert picture.width == 1500
    # The strip of frames at the bottom is no white paper.
    strip = np.asarray(picture.convert("L"))[-200:]
    assert (strip < 250).mean() > 0.2


def standing(name, mean, finished=True, masked=None):
    return Standing(
        name=name,
        steps=1000 if finished else 100,
        finished=finished,
        projected=mean,
        alone=Worth(mean, mean - 5.0, mean + 5.0),
        scores=np.full(4, mean),
        length=1000.0,
        endings={"termination": 0.25, "truncation": 0.75, "fault": 0.0, "stopped": float(not finished)},
        coverage=12.0,
        smoothness=0.1,
        parts={},
        masked=masked or {},
    )


SCREENING = Screening(
    (standing("hopper/hop", 2680.0, masked={0.1: Worth(2500.0, 2400.0, 2600.0)}), standing("b", 50.0, False)),
    env_steps=1234,
    mask_env_steps=234,
    seconds=2.0,
    compile_seconds=1.0,
)


def test_the_table_fits_a_narrow_terminal():
    console = Console(width=80, record=True, file=io.StringIO())
    screening.show(SCREENING, screening.Candidates({}, {"worse.py": "no policy"}), console)
    text = console.export_text()
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert rows["hopper/hop"] == ["2,680", "±", "5", "1,000", "25%", "12", "0.10", "2,500"]
    assert rows["b"] == ["50", "±", "5", "1,000", "stopped", "12", "0.10"]
    assert rows["worse.py"] == ["refused"]
    assert "1,234 env steps, 234 of them inside of masks" in " ".join(text.split())


def test_the_widest_table_fits_100_columns():
    console = Console(width=100, record=True, file=io.StringIO())
    masked = {width: Worth(12_345.0, 12_000.0, 13_000.0) for width in (0.1, 0.3, 0.5)}
    wide = standing("runs/generate/half_cheetah/g2_003r1.py", 12_345.0, False, masked)._replace(
        alone=Worth(12_345.0, 11_111.0, 13_579.0), coverage=64_000.0, smoothness=2.0
    )
    screening.show(SCREENING._replace(standings=(wide,)), screening.Candidates({}, {}), console)
    row = next(line for line in console.export_text().splitlines() if "g2_003r1" in line)
    figures = ["12,345", "±", "1,234", "1,000", "stopped", "64,000", "2.00", *["12,345"] * 3]
    assert row.split()[1:] == figures


def test_steps_that_are_counted_nowhere_are_told():
    def told(*names):
        console = Console(width=500, record=True, file=io.StringIO())
        standings = tuple(standing(name, 1.0) for name in names)
        screening.tell_uncounted(SCREENING._replace(standings=standings), console)
        return console.export_text()

    assert told("mine.py") == ""
    one = "1,234 env steps of this comparison are counted nowhere for hopper/hop, which ships: no curve"
    assert told("mine.py", "hopper/hop").startswith(one)
    assert " nowhere for hopper/hop and 2 more, which ship: " in told("hopper/hop", "hopper/a", "hopper/b")


def test_a_screening_without_masks_and_frames_can_be_drawn(tmp_path):
    plain = SCREENING._replace(standings=tuple(one._replace(masked={}) for one in SCREENING.standings))
    screen_figure(tmp_path / "new" / "a.png", plain, title="x", subtitle="y")
    film = Film(np.zeros((3, 8, 8, 3), np.uint8), [0.0, 0.1, 0.2], "egl")
    screen_figure(tmp_path / "b.png", SCREENING, title="x", subtitle="y", film=film)
    heights = [Image.open(tmp_path / name).height for name in ("new/a.png", "b.png")]
    assert 100 < heights[0] < heights[1]


def test_a_long_name_keeps_its_end():
    assert shortened("hopper/hop", 10) == "hopper/hop"
    assert shortened("runs/hopper/hop", 10) == "…opper/hop"


def test_the_library_is_the_default():
    assert set(screening.collect("hopper", ()).programs) >= {"hopper/hop", "hopper/naive"}
    assert len(envs.spec("hopper").action) == 3


def test_nothing_that_can_be_translated_is_told(tmp_path):
    write(tmp_path, hostile=HOSTILE)
    candidates = screening.collect("inverted_pendulum", [str(tmp_path)])
    assert not candidates.programs
    with pytest.raises(InputError, match="there is no candidate to screen: none can be translated"):
        screening.run(
            "inverted_pendulum",
            candidates,
            screening.ScreenConfig(),
            Console(file=(tmp_path / "x").open("w")),
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hoper"], "unknown task 'hoper'"),
        (["hopper", "hopper/hpo"], "unknown prior 'hopper/hpo'; choose from: "),
        (["hopper", "missing.py"], "the prior file missing.py cannot be read: No such file"),
        (["hopper", "empty"], "the folder empty holds no program, that is no .py file"),
        (["hopper", "--envs", "1"], "episodes is 1; it must be at least 6"),
        (["hopper", "--rungs", "2.0"], "rungs are (2.0,); they are shares that ascend between 0 and 1"),
        (["hopper", "--json", "file/x.json"], "the file file/x.json cannot be written"),
        (["hopper", "mine.py", "list.py"], "list.json should tell of list.py, but is no JSON object"),
        (["hopper", "torn.py"], "torn.json, which tells of torn.py, is damaged"),
        (["hopper", "odd.py"], "what is told of odd.py is damaged: env_steps is no number"),
        (["hopper", "blocked.py"], "the file blocked.json cannot be written (Is a directory)"),
        (["hopper", "barred.py"], "the file barred.json.new cannot be written (Is a directory)"),
        (["hopper", "mine.py", "--json", "mine.json"], "mine.json belongs to the candidate mine.py; name"),
        (
            ["hopper", "mine.py", "--json", "./empty/../mine.json"],
            "empty/../mine.json belongs to the candidate",
        ),
        (["hopper", "mine.py", "--json", "x", "--figure", "./x"], "x cannot be both the figures and the"),
        (["hopper", "mine.py", "--figure", "mine.py"], "mine.py belongs to the candidate mine.py; name"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    write(tmp_path, **dict.fromkeys(("mine", "list", "torn", "odd", "blocked", "barred"), STANDS))
    for name, text in (
        ("list", "[1, 2, 3]"),
        ("torn", '{"task"'),
        ("odd", '{"screening": {"env_steps": [5]}}'),
    ):
        (tmp_path / f"{name}.json").write_text(text)
    for name in ("blocked.json", "barred.json.new"):
        (tmp_path / name).mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as caught:
        main(["screen", *arguments])
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"camel-jax: {message}")
    assert captured.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"
    assert (tmp_path / "list.json").read_text() == "[1, 2, 3]"
