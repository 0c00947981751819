"""`camel-jax priors`: the index, and that its check finds a figure that is wrong."""

import json
import shutil
from pathlib import Path

import pytest

import priors
from experiments.cli import main
from experiments.commands.priors import select
from experiments.prior_index import ALONE, SCREENED, agree
from priors import library

MASKED = {"return_mean": 600.0, "return_low": 580.0, "return_high": 620.0}
ABOUT = {
    ALONE: {"episodes": 100, "return_mean": 1000.0, "return_std": 50.0, "length_mean": 900.0, "seed": 0},
    SCREENED: {**MASKED, "masked": {"0.1": MASKED, "0.5": MASKED}},
}


@pytest.mark.parametrize("command", [["priors"], ["priors", "list"]])
def test_it_lists_the_library_with_its_worth(command, capsys):
    main(command)
    out = capsys.readouterr().out
    assert all(name in out for name in priors.names())
    (row,) = [line for line in out.splitlines() if line.strip().startswith("hopper/hop ")]
    assert "2,680 ± 5" in row
    assert "14,462,817" in row
    assert "at random within ±0.1/0.3/0.5: " in out


def test_it_lists_what_is_named_the_best_first(capsys):
    main(["priors", "list", "hopper"])
    names = [word for word in capsys.readouterr().out.split() if word.startswith("hopper/")]
    assert set(names) == set(priors.names("hopper"))
    assert (names[0], names[-1]) == (priors.best("hopper"), "hopper/adversarial")


def test_names_of_tasks_and_of_programs_select():
    assert select(()) == priors.names()
    assert select(("hopper/hop", "reacher")) == ("hopper/hop", *priors.names("reacher"))


def test_an_unknown_name_is_told(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["priors", "list", "hoper"])
    assert caught.value.code == 2
    assert "unknown task or prior 'hoper'" in capsys.readouterr().err


def test_a_figure_that_comes_out_again_passes_and_another_fails(monkeypatch, capsys):
    about = priors.provenance("hopper/adversarial")
    main(["priors", "check", "hopper/adversarial"])
    assert "all 1 are worth what the index says" in capsys.readouterr().out

    worth = about[ALONE] | {"return_mean": 100.0}
    monkeypatch.setattr(priors, "provenance", lambda _: about | {ALONE: worth})
    with pytest.raises(SystemExit) as caught:
        main(["priors", "check", "hopper/adversarial"])
    assert caught.value.code == 1
    out = capsys.readouterr().out
    assert "DIFFERS from the index: 100 ± " in out
    assert "1 of 1 differ from the index: hopper/adversarial" in out


def test_what_is_written_is_what_is_read(monkeypatch, tmp_path):
    folder = Path(library.__file__).parent
    shutil.copytree(folder / "hopper", tmp_path / "hopper")
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    about = priors.provenance("hopper/adversarial")
    (tmp_path / "hopper/adversarial.json").write_text(json.dumps(about | {SCREENED: {}}))
    main(["priors", "check", "hopper/adversarial", "--write"])
    written = priors.provenance("hopper/adversarial")
    assert agree(written, about)
    assert written[SCREENED].keys() == about[SCREENED].keys()


@pytest.mark.parametrize(("mean", "same"), [(1000.0, True), (1030.0, True), (970.0, True), (1040.0, False)])
def test_means_agree_within_chance_and_rounding(mean, same):
    # Four standard errors of a difference, 28.3, and half a per cent.
    assert agree(ABOUT, ABOUT | {ALONE: ABOUT[ALONE] | {"return_mean": mean}}) == same


@pytest.mark.parametrize(("mean", "same"), [(655.0, True), (665.0, False)])
@pytest.mark.parametrize("width", ["0.1", "0.5"])
def test_means_inside_of_masks_agree_likewise(width, mean, same):
    # Standard errors are half of the 20 that the interval reaches to each side: 56.6, and 3.
    worth = MASKED | {"return_mean": mean, "return_high": mean + 20}
    screened = ABOUT[SCREENED] | {"masked": ABOUT[SCREENED]["masked"] | {width: worth}}
    assert agree(ABOUT, ABOUT | {SCREENED: screened}) == same


def test_a_program_that_was_never_screened_is_listed_and_does_not_agree(monkeypatch, capsys):
    told = {part: value for part, value in priors.provenance("hopper/hop").items() if part != SCREENED}
    assert not agree(told, ABOUT)
    monkeypatch.setattr(priors, "provenance", lambda _: told)
    main(["priors", "list", "hopper/hop"])
    assert "not screened" in capsys.readouterr().out


def test_a_list_writes_nothing(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["priors", "--write"])
    assert caught.value.code == 2
    assert "--write is for check" in capsys.readouterr().err
