"""The journal: what is on the disk survives, and what is half-written is told."""

import dataclasses
import json

import pytest
from scripted import BROKEN, PROGRAM, Scripted, run, settings, source

from envs import InputError
from priors import journal as journals
from priors.candidates import Candidate, provenance
from priors.journal import JOURNAL, Journal
from priors.prompt import digest
from priors.sampler import CallError, Message, Reply, Request

SOURCE = source(settings())
REQUEST = Request((Message("user", "write"),), 1.0, 7, 100)
REPLY = Reply("Here:\n" + PROGRAM, "stop", 10, 5, 0.5)


def fill(folder):
    with Journal(folder, SOURCE) as journal:
        call = journal.begin_call("000", 1.0)
        journal.add_reply(call, "000", None, REQUEST, REPLY)
        journal.add_outcome("000", PROGRAM, "")
        return journal.candidates()


def test_a_candidate_keeps_where_it_comes_from(tmp_path):
    (candidate,) = fill(tmp_path)
    assert journals.read(tmp_path) == (candidate,)
    assert dataclasses.asdict(candidate) | {"when": "", "source": None} == {
        **{"id": "000", "source": None, "parent": None, "repairs": 0, "seed": 7, "when": "", "errors": ""},
        "max_tokens": 100,
        **{"reply": REPLY.text, "finish_reason": "stop", "program": PROGRAM},
        **{"tokens_in": 10, "tokens_out": 5, "cost": 0.5, "asked_sha256": digest(REQUEST.messages)},
    }
    assert candidate.source == SOURCE
    assert candidate.translated
    assert (tmp_path / "000.py").read_text() == PROGRAM


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_a_half_written_last_line_is_told_and_dropped(kept, tmp_path):
    known = fill(tmp_path)
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    line = json.dumps({"record": "outcome", "id": "001", "program": "x", "errors": ""}).encode()
    path.write_bytes(whole + line[:kept])
    assert journals.read(tmp_path) == known
    with Journal(tmp_path, SOURCE) as journal:
        (note,) = journal.notes
        assert "half-written" in note
        assert journal.candidates() == known
        journal.begin_call("001", None)
    assert [json.loads(line)["record"] for line in path.read_text().splitlines()][-1] == "call"


def test_every_cut_of_the_file_can_be_gone_on_with(tmp_path):
    """As if the process had been killed, or the machine, after any byte."""
    fill(tmp_path)
    whole = (tmp_path / JOURNAL).read_bytes()
    for length in range(0, len(whole), 11):
        folder = tmp_path / str(length)
        folder.mkdir()
        (folder / JOURNAL).write_bytes(whole[:length])
        with Journal(folder, SOURCE) as journal:
            lines = whole[:length].count(b"\n")
            assert len(journal.records) == max(lines, 1)
            assert bool(journal.notes) == (not whole[:length].endswith(b"\n") and length > 0)


def test_a_damaged_line_in_the_middle_is_named(tmp_path):
    fill(tmp_path)
    path = tmp_path / JOURNAL
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], "[]\n", *lines[1:]]))
    with pytest.raises(InputError, match=r"journal\.jsonl is damaged at line 2"):
        Journal(tmp_path, SOURCE)
    with pytest.raises(InputError, match="is damaged"):
        journals.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "other/model"}, "model 'test/model', not 'other/model'"),
        ({"prompt_sha256": "0" * 64}, "prompt_sha256 "),
        ({"task": "ant"}, "task 'hopper', not 'ant'"),
        ({"temperature": 0.5}, r"temperature 1\.0, not 0\.5"),
    ],
)
def test_candidates_of_another_source_are_not_mixed(change, message, tmp_path):
    fill(tmp_path)
    before = (tmp_path / JOURNAL).read_bytes()
    with pytest.raises(InputError, match=f"{message}.*name another with --folder"):
        Journal(tmp_path, dataclasses.replace(SOURCE, **change))
    assert (tmp_path / JOURNAL).read_bytes() == before


def test_a_folder_is_gone_on_with_by_other_tokens_of_an_answer(tmp_path):
    cut = CallError("answer cut off", "raise --max-tokens")
    assert run(tmp_path, Scripted([PROGRAM, cut]), samples=2, concurrency=1, max_tokens=100).open == 1
    assert run(tmp_path, Scripted([PROGRAM]), samples=2, max_tokens=900).at_once == 2
    assert [candidate.max_tokens for candidate in journals.read(tmp_path)] == [100, 900]


def test_a_journal_that_tells_the_tokens_of_an_answer_of_all_is_read(tmp_path):
    """As journals did before answers told their own."""
    (known,) = fill(tmp_path)
    path = tmp_path / JOURNAL
    first, *others = [json.loads(line) for line in path.read_text().splitlines()]
    first["source"]["max_tokens"] = 8192
    for record in others:
        record.pop("max_tokens", None)
    path.write_text("".join(json.dumps(record) + "\n" for record in (first, *others)))
    assert journals.read(tmp_path) == (dataclasses.replace(known, max_tokens=None),)
    with Journal(tmp_path, SOURCE) as journal:
        assert len(journal.candidates()) == 1


def test_a_second_writer_is_kept_out(tmp_path):
    with Journal(tmp_path, SOURCE):
        with pytest.raises(InputError, match="another process is at work in the folder"):
            Journal(tmp_path, SOURCE)
        assert journals.read(tmp_path) == (), "but not one who reads"
    Journal(tmp_path, SOURCE).__exit__()


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"the folder .*file/x cannot be used"):
        Journal(tmp_path / "file" / "x", SOURCE)
    with pytest.raises(InputError, match=r"holds no candidates: journal\.jsonl: No such file"):
        journals.read(tmp_path)


def test_a_programs_provenance_lies_beside_it(tmp_path):
    (candidate,) = fill(tmp_path)
    about = json.loads((tmp_path / "000.json").read_text())
    assert about == provenance(candidate)


def told(folder, name="000"):
    return json.loads((folder / f"{name}.json").read_text())


def test_steps_that_were_simulated_are_told_beside_each_program(tmp_path):
    (candidate,) = fill(tmp_path)
    with Journal(tmp_path, SOURCE) as journal:
        journal.add_feedback("000", 1.5, "it fell", 100, 16)
        assert told(tmp_path) == {**provenance(candidate), "refinement": {"env_steps": 100}}
        journal.add_picture("000", ("000.png",), 7)
        assert told(tmp_path)["refinement"] == {"env_steps": 107}
        call = journal.begin_call("001", 1.0)
        journal.add_reply(call, "001", "000", REQUEST, REPLY)
        journal.add_outcome("001", PROGRAM, "")
        assert told(tmp_path, "001")["refinement"] == {"env_steps": 107}
        assert journal.env_steps == 107


def test_steps_that_a_killed_process_did_not_tell_are_told_by_the_next(tmp_path):
    """They are read from the records; what others have told of the program stays."""
    (candidate,) = fill(tmp_path)
    line = {"record": "feedback", "id": "000", "score": 1.0, "text": "", "images": [], "env_steps": 100}
    with (tmp_path / JOURNAL).open("a") as file:
        file.write(json.dumps(line) + "\n")
    about = {**provenance(candidate), "screening": {"env_steps": 5}, "refinement": {"note": "mine"}}
    (tmp_path / "000.json").write_text(json.dumps(about))
    Journal(tmp_path, SOURCE).__exit__()
    assert told(tmp_path) == {**about, "refinement": {"note": "mine", "env_steps": 100}}
    (tmp_path / "000.json").unlink()
    Journal(tmp_path, SOURCE).__exit__()
    assert told(tmp_path) == {**provenance(candidate), "refinement": {"env_steps": 100}}


@pytest.mark.parametrize("damaged", ["{", "[]", '{"refinement": 3}'])
def test_a_damaged_file_beside_a_program_is_named(damaged, tmp_path):
    fill(tmp_path)
    with Journal(tmp_path, SOURCE) as journal:
        (tmp_path / "000.json").write_text(damaged)
        with pytest.raises(InputError, match=r"000\.json, which tells of 000\.py, is damaged"):
            journal.add_feedback("000", 1.0, "", 100, 16)


def test_a_program_that_was_deleted_is_written_again(tmp_path):
    run(tmp_path, Scripted([PROGRAM]))
    (tmp_path / "000.py").unlink()
    sampler = Scripted([])
    assert run(tmp_path, sampler).at_once == 1
    assert (tmp_path / "000.py").read_text() == PROGRAM
    assert not sampler.requests


def test_a_full_disk_ends_the_run_with_a_name(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    with Journal(tmp_path, SOURCE) as journal:
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(InputError, match=r"journal\.jsonl cannot be written \(No space left on device\)"):
            journal.begin_call("000", None)


def test_a_refused_answer_leaves_no_file(tmp_path):
    seen: list[Candidate] = []
    run(tmp_path, Scripted([BROKEN]), repairs=0, report=seen.append)
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]
    assert not seen[0].translated
    assert "`oops` is not known" in seen[0].errors
