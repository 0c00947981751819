"""Metrics arrive in every sink, and a resumed run leaves no row behind that it takes back."""

import json
import math
import struct
import sys
import types

import pytest
from tensorboardX.proto.event_pb2 import Event, SessionLog

from envs import InputError
from experiments.run_folder import METRICS
from experiments.sinks import STEP, TENSORBOARD, JsonLines, TensorBoard, WandB, open_sinks


def row(step, value=0.5):
    return {STEP: float(step), "loss/critic": value, "episode/return_mean": math.nan}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def steps(path):
    return [line[STEP] for line in lines(path)]


def records(path):
    """The events of a file in TensorFlow's record format: length, checksum, content, checksum."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield Event.FromString(data[at + 12 : at + 12 + length])
        at += 12 + length + 4


def scalars(folder):
    """Points by name, as TensorBoard shows them: in the files' order, less what a restart purges."""
    shown = {}
    for path in sorted(folder.iterdir()):
        for event in records(path):
            if event.session_log.status == SessionLog.START:
                shown = {
                    name: [point for point in points if point[0] < event.step]
                    for name, points in shown.items()
                }
            for value in event.summary.value:
                shown.setdefault(value.tag, []).append((event.step, value.simple_value))
    return shown


class FakeWandB(types.ModuleType):
    """Takes down how it was called."""

    class Error(Exception):
        pass

    def __init__(self, refuses=False):
        super().__init__("wandb")
        self.runs, self.rows, self.finished, self.refuses = [], [], 0, refuses

    def init(self, **arguments):
        if self.refuses:
            raise self.Error("No API key configured")
        self.runs.append(arguments)
        return self

    def log(self, row, step):
        self.rows.append((step, row))

    def finish(self):
        self.finished += 1


@pytest.fixture
def fake_wandb(monkeypatch):
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.delenv("WANDB_PROJECT", raising=False)
    fake = FakeWandB()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    return fake


def test_json_lines_hold_every_row_with_null_for_nan(tmp_path):
    sink = JsonLines(tmp_path / "m.jsonl")
    sink.write(row(100))
    sink.write(row(200, math.inf))
    sink.close()
    assert lines(tmp_path / "m.jsonl") == [
        {STEP: 100.0, "loss/critic": 0.5, "episode/return_mean": None},
        {STEP: 200.0, "loss/critic": None, "episode/return_mean": None},
    ]


def write_lines(path, *contents):
    path.write_bytes(b"".join(contents))


FIRST, SECOND, THIRD = (json.dumps({STEP: step, "a": 1}).encode() + b"\n" for step in (100, 200, 300))


@pytest.mark.parametrize(
    ("resume_from", "expected"),
    [(300, [FIRST, SECOND, THIRD]), (200, [FIRST, SECOND]), (150, [FIRST]), (0, [])],
)
def test_rows_beyond_the_resumed_step_leave_the_file(tmp_path, resume_from, expected):
    path = tmp_path / "m.jsonl"
    write_lines(path, FIRST, SECOND, THIRD)
    sink = JsonLines(path, resume_from)
    assert path.read_bytes() == b"".join(expected)
    sink.write(row(resume_from + 100))
    assert steps(path) == [*(json.loads(line)[STEP] for line in expected), resume_from + 100]
    assert [file.name for file in tmp_path.iterdir()] == ["m.jsonl"], "nothing temporary stays"


# Cut within an object, within a UTF-8 sequence, and what some file systems leave of a block after a crash.
@pytest.mark.parametrize("half", [b'{"train/env_steps": 3', b'{"', b'{"a\xc3', b"\0" * 40, b"3"])
def test_a_last_line_written_in_part_is_dropped(tmp_path, half):
    path = tmp_path / "m.jsonl"
    write_lines(path, FIRST, SECOND, half)
    JsonLines(path, 1_000).write(row(300))
    assert steps(path) == [100, 200, 300]


def test_a_last_line_that_lacks_only_its_end_stays(tmp_path):
    path = tmp_path / "m.jsonl"
    write_lines(path, FIRST, SECOND.rstrip(b"\n"))
    JsonLines(path, 200).write(row(300))
    assert steps(path) == [100, 200, 300]


def test_damage_elsewhere_is_told_and_changes_nothing(tmp_path):
    path = tmp_path / "m.jsonl"
    write_lines(path, FIRST, b'{"train/env\n', THIRD)
    with pytest.raises(InputError, match=r"m\.jsonl is damaged: line 2"):
        JsonLines(path, 300)
    assert path.read_bytes() == FIRST + b'{"train/env\n' + THIRD


def test_without_resuming_the_file_stays_as_it_is(tmp_path):
    path = tmp_path / "m.jsonl"
    write_lines(path, FIRST, SECOND)
    JsonLines(path).write(row(50))
    assert steps(path) == [100, 200, 50]
    JsonLines(tmp_path / "absent.jsonl", 100)
    assert not (tmp_path / "absent.jsonl").exists()


def test_tensorboard_has_the_finite_numbers_over_environment_steps(tmp_path):
    sink = TensorBoard(tmp_path)
    sink.write(row(100, 0.25))
    sink.write(row(200, 0.75))
    sink.write(row(300, math.inf))
    sink.close()
    assert scalars(tmp_path) == {"loss/critic": [(100, 0.25), (200, 0.75)]}


def test_tensorboard_hides_what_a_resumed_run_takes_back(tmp_path):
    # All within one second, for which tensorboardX has one file name.
    for resume_from, written in ((None, (100, 200, 300)), (200, (300, 400)), (300, (350,))):
        sink = TensorBoard(tmp_path, resume_from)
        for step in written:
            sink.write(row(step, float(resume_from or 0)))
        sink.close()
    assert len(list(tmp_path.iterdir())) == 3
    assert scalars(tmp_path)["loss/critic"] == [(100, 0.0), (200, 0.0), (300, 200.0), (350, 300.0)]


def test_wandb_is_offline_by_default_and_has_finite_numbers(tmp_path, fake_wandb):
    sink = WandB(tmp_path / "run", name="hopper", config={"seed": 1})
    sink.write(row(100))
    sink.close()
    (started,) = fake_wandb.runs
    assert (started["mode"], started["project"]) == ("offline", "camel-jax")
    assert (started["name"], started["config"]) == ("hopper", {"seed": 1})
    assert fake_wandb.rows == [(100, {"loss/critic": 0.5})]
    assert fake_wandb.finished == 1


def test_wandb_heeds_the_environment_and_continues_its_run(tmp_path, fake_wandb, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    for folder in ("one", "one", "other"):
        WandB(tmp_path / folder).close()
    assert {(run["mode"], run["project"], run["resume"]) for run in fake_wandb.runs} == {
        ("online", "mine", "allow")
    }
    first, again, other = (run["id"] for run in fake_wandb.runs)
    assert first == again
    assert first != other


def test_wandb_that_is_missing_or_refuses_is_told_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with (
        pytest.raises(InputError, match=r"pip install 'camel-jax\[wandb\]'"),
        open_sinks(tmp_path, wandb=True),
    ):
        pass
    assert list(tmp_path.iterdir()) == [], "nothing was written before"
    monkeypatch.setitem(sys.modules, "wandb", FakeWandB(refuses=True))
    with pytest.raises(InputError, match=r"No API key configured.*WANDB_MODE=offline"):
        WandB(tmp_path)


def test_every_sink_gets_every_row_also_of_a_resumed_run(tmp_path, fake_wandb):
    for resume_from, written in ((None, (100, 200, 300)), (200, (300,))):
        with open_sinks(tmp_path, wandb=True, resume_from=resume_from) as sinks:
            for step in written:
                sinks.write(row(step))
    assert steps(tmp_path / METRICS) == [100, 200, 300]
    assert [step for step, _ in scalars(tmp_path / TENSORBOARD)["loss/critic"]] == [100, 200, 300]
    assert [step for step, _ in fake_wandb.rows] == [100, 200, 300, 300]


def test_json_lines_alone_where_nothing_else_is_asked_for(tmp_path, fake_wandb):
    with open_sinks(tmp_path, tensorboard=False) as sinks:
        sinks.write(row(100))
    assert [file.name for file in tmp_path.iterdir()] == [METRICS]
    assert not fake_wandb.runs


def test_sinks_are_closed_when_a_run_fails(tmp_path, fake_wandb):
    def fail():
        with open_sinks(tmp_path, wandb=True) as sinks:
            sinks.write(row(100))
            raise RuntimeError("diverged")

    with pytest.raises(RuntimeError, match="diverged"):
        fail()
    assert fake_wandb.finished == 1
    assert scalars(tmp_path / TENSORBOARD)["loss/critic"] == [(100, 0.5)]
