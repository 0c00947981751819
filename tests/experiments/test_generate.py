"""`camel-jax generate` as a person meets it: its last screen, its statuses, and a run that is killed."""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import model_server as ms
import pytest
from scripted import BROKEN, PROGRAM, Scripted

from experiments import cli, screening
from experiments.cli import main
from experiments.commands.screen import Screen
from priors import journal as journals
from priors.journal import JOURNAL
from priors.sampler import CallError, Prices, Reply, Usage

ROOT = Path(__file__).parents[2]
KEY = "sk-fake-0123456789abcdef-SECRET"
START = ["generate", "hopper", "--model", "openai/test-model", "--backoff", "0"]


@pytest.fixture
def model(monkeypatch):
    """Puts a script in the place of the client."""

    def put(script, prices=None):
        sampler = Scripted(script, prices)
        sampler.address, sampler.takes = None, ("temperature", "seed")
        monkeypatch.setattr("priors.client.Client", lambda *_, **__: sampler)
        return sampler

    return put


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def status_of(arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def test_the_last_screen_tells_all_and_the_next_command(model, tmp_path, capsys):
    failures = [CallError("rate limit", ""), CallError("timeout", "")]
    answers = [*failures, Reply(PROGRAM, "stop", 1000, 200, 0.25), BROKEN, PROGRAM]
    model(answers, Prices(1e-6, 1e-6))
    main([*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path)])
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "000      translated"
    assert out[1].startswith("001      refused: line 2: the name `oops` is not known in `return [oops, ")
    assert out[2] == "001r1    translated"
    assert out.pop(6) == "note:    1 of the 2 programs differ from each other"
    assert out[3:] == [
        "hopper: 2 programs of 2 samples: 1 translated at once, 1 after repairs, 0 refused, 0 not finished",
        "calls:   5 of 100: 3 answered; failed: 1 rate limit, 1 timeout",
        f"tokens:  1,020 in, 210 out; {out[5].partition('; ')[2]}",
        f"folder:  {tmp_path}: the programs, and {JOURNAL}, which tells where each comes from",
        f"next:    camel-jax screen hopper {tmp_path}",
    ]
    assert "$0.2500, up to $0.0" in out[5]


def test_a_cost_that_nobody_knows_is_not_told_as_nothing(model, tmp_path, capsys):
    cut = CallError("answer cut off", "raise --max-tokens", usage=Usage(1000, 500))
    model(lambda *_: cut)
    arguments = [*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path)]
    assert status_of(arguments) == 1
    assert "tokens:  2,000 in, 1,000 out; cost not known" in capsys.readouterr().out
    model([PROGRAM, PROGRAM])
    main([*arguments, "--max-tokens", "20000"])
    assert "hopper: 2 programs of 2 samples" in capsys.readouterr().out


def test_calls_without_a_price_are_told_beside_those_that_have_one(model, tmp_path, capsys):
    model([Reply(PROGRAM, "stop", 1000, 200, 0.25), PROGRAM])
    main([*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path)])
    assert "out; $0.2500, 1 call without a known price" in capsys.readouterr().out


def test_the_folder_is_that_of_the_task_unless_told(model, here, capsys):
    model([PROGRAM])
    main([*START, "-n", "1"])
    assert (here / "runs" / "generate" / "hopper" / "000.py").read_text() == PROGRAM
    assert "next:    camel-jax screen hopper runs/generate/hopper\n" in capsys.readouterr().out


def commands_of(out):
    """The commands that a screen advises, as the command line reads them."""
    lines = [line for line in out.splitlines() if line.startswith("next:    camel-jax ")]
    return [cli._parse(shlex.split(line)[2:]) for line in lines]


def test_the_next_command_can_be_pasted(model, here, capsys):
    model([PROGRAM.replace("0.3", f"0.{number}") for number in range(1, 5)])
    main([*START, "-n", "4", "--concurrency", "1", "--folder", "my runs/first"])
    (command,) = commands_of(capsys.readouterr().out)
    assert isinstance(command, Screen)
    found = screening.collect(command.task, command.candidates)
    assert sorted(found.programs) == [f"my runs/first/{number:03d}.py" for number in range(4)]


GOES_ON = "the same command goes on; nothing that was answered is asked for again"


@pytest.mark.parametrize(
    ("script", "prices", "options", "following"),
    [
        ([PROGRAM], None, ["--max-calls", "1"], f"raise --max-calls, then {GOES_ON}"),
        ([], Prices(1.0, 1.0), ["--max-cost", "1"], f"raise --max-cost, then {GOES_ON}"),
        ([CallError("key refused", "no")], None, [], f"mend that, then {GOES_ON}"),
        ([CallError("not found", "no")], None, [], f"mend that, then {GOES_ON}"),
        ([CallError("unreachable", "no")], None, ["--retries", "0"], GOES_ON),
        ([CallError("refused", "no"), PROGRAM], None, [], GOES_ON),
        ([CallError("answer cut off", "no"), PROGRAM], None, [], f"raise --max-tokens, then {GOES_ON}"),
    ],
    ids=["calls", "cost", "401", "404", "unreachable", "400", "length"],
)
def test_what_must_be_done_before_going_on_is_told(
    script, prices, options, following, *, model, tmp_path, capsys
):
    model(script, prices)
    with contextlib.suppress(SystemExit):
        main([*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path), *options])
    assert f"next:    {following}\n" in capsys.readouterr().out


def test_the_advice_after_a_cap_can_be_followed(model, tmp_path, capsys):
    model([PROGRAM])
    arguments = [*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path), "--max-calls"]
    main([*arguments, "1"])
    assert "stopped: the cap of 1 calls is reached (--max-calls)" in capsys.readouterr().out
    model([PROGRAM])
    main([*arguments, "2"])
    assert "hopper: 2 programs of 2 samples" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (400, "max context is 4096", "refused: max context is 4096"),
        (500, "CUDA out of memory", "server error: CUDA out of memory"),
        (400, "you sent {authorization}", "refused: you sent Bearer [redacted]"),
        (400, "one\n\x1b[31mtwo", "refused: one [31mtwo"),
    ],
)
def test_the_screen_tells_what_a_failing_server_said(status, said, told, *, tmp_path, monkeypatch, capsys):
    """Through the real client."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    arguments = [*START, "-n", "2", "--retries", "1", "--folder", str(tmp_path)]
    with ms.serving(lambda body, number: ms.error(status, said)) as server:
        assert status_of([*arguments, "--api-base", server.address]) == 1
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert line == f"failed:  {told}"
    assert KEY not in out


def test_what_a_server_said_is_cut_short_on_the_screen(model, tmp_path, capsys):
    """A sampler of one's own may hand on anything."""
    model(lambda *_: CallError("refused", "word " * 10_000 + "AIzaSy0123456789abcdef"))
    assert status_of([*START, "-n", "1", "--folder", str(tmp_path)]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("failed: ")]
    assert 300 < len(line) < 350
    assert line.endswith(" …")


def test_without_a_program_the_status_is_1_and_one_line_says_why(model, tmp_path, capsys):
    model(lambda *_: CallError("unreachable", "no server answers at http://host:1/v1"))
    arguments = [*START, "-n", "2", "--concurrency", "1", "--retries", "1", "--folder", str(tmp_path)]
    assert status_of(arguments) == 1
    captured = capsys.readouterr()
    assert captured.err == (
        "camel-jax: no program came out: unreachable: no server answers at http://host:1/v1; tried 2 times. "
        "Programs that ship need no model: `camel-jax priors`\n"
    )
    assert "hopper: 0 programs of 2 samples" in captured.out
    assert "next:    the same command goes on" in captured.out


def test_when_all_are_refused_the_status_is_1(model, tmp_path, capsys):
    model(lambda *_: BROKEN)
    assert status_of([*START, "-n", "1", "--repairs", "1", "--folder", str(tmp_path)]) == 1
    assert "every answer was refused or failed; see above" in capsys.readouterr().err


def test_one_program_is_enough_for_status_0(model, tmp_path, capsys):
    model([CallError("refused", "too long"), PROGRAM])
    main([*START, "-n", "2", "--concurrency", "1", "--folder", str(tmp_path)])
    assert "1 program of 2 samples" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "hoper", "--model", "openai/x"], "unknown task 'hoper'; choose from: ant, "),
        ([*START, "-n", "0"], "samples is 0; it must lie in [1, 1000]"),
        ([*START, "--max-calls", "0"], "max_calls is 0; it must be at least 1"),
        ([*START, "--max-cost", "1"], "max_cost cannot be held, for no price of this model is known"),
        ([*START, "--folder", "file/x"], "the folder file/x cannot be used"),
        ([*START, "--temperature", "0.5", "--folder", "used"], "the folder used holds candidates with temp"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, model, here, capsys):
    (here / "file").write_text("")
    model([PROGRAM])
    main([*START, "-n", "1", "--folder", "used"])
    capsys.readouterr()
    before = sorted(here.rglob("*"))
    assert status_of(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"camel-jax: {message}")
    assert captured.err.count("\n") == 1
    assert sorted(here.rglob("*")) == before, "nothing half-written"


def test_a_half_written_line_is_told(model, tmp_path, capsys):
    model([PROGRAM, PROGRAM])
    main([*START, "-n", "1", "--folder", str(tmp_path)])
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"record": "rep')
    main([*START, "-n", "2", "--folder", str(tmp_path)])
    assert "note: " in capsys.readouterr().out
    assert len(journals.read(tmp_path)) == 2


class Gate:
    """Answers by the seed of a request, and holds back those of some seeds until it is opened."""

    def __init__(self, held):
        self.held = set(held)

    def __call__(self, body, number):
        while body["seed"] in self.held:
            time.sleep(0.02)
        text = BROKEN if body["seed"] == 1 else PROGRAM
        return ms.reply(f"```python\n{text}```")


def wait_for(condition, process):
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, "the run ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_run_that_is_killed_and_one_that_is_asked_to_stop_buy_nothing_twice(model, tmp_path, capsys):
    """Real processes: SIGKILL first, then SIGTERM, each with a call in flight; then on to the end.

    Meanwhile all that is not for the server goes to a proxy, which nobody calls.
    """
    gate, folder = Gate({2, 3}), tmp_path / "run"
    with ms.serving(gate) as server, socket.create_server(("127.0.0.1", 0)) as proxy:
        others = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        environment = {"OPENAI_API_KEY": KEY, "http_proxy": others, "https_proxy": others}
        environment |= {"HTTP_PROXY": others, "HTTPS_PROXY": others, "NO_PROXY": "127.0.0.1"}
        arguments = [*START, "-n", "5", "--concurrency", "1", "--api-base", server.address]
        arguments += ["--folder", str(folder)]

        def begin():
            return subprocess.Popen(
                [sys.executable, "-m", "experiments.cli", *arguments],
                env={**os.environ, **environment},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        def asked():
            return [request.body["seed"] for request in server.requests]

        killed = begin()
        wait_for(lambda: asked() == [0, 1, 2], killed)
        killed.kill()
        out = killed.communicate()[0]
        assert [candidate.id for candidate in journals.read(folder)] == ["000", "001"]

        gate.held.discard(2)
        stopped = begin()
        wait_for(lambda: 3 in asked(), stopped)
        stopped.send_signal(signal.SIGTERM)
        while not (line := stopped.stdout.readline()).startswith("SIGTERM: calls in flight get 20 s"):
            assert line, "the run ended without hearing of the signal"
            out += line
        gate.held.clear()
        out += stopped.communicate(timeout=300)[0]
        assert stopped.returncode == 128 + signal.SIGTERM
        assert "stopped: SIGTERM" in out
        assert "next:    the same command goes on" in out
        assert "003" in [candidate.id for candidate in journals.read(folder)], "in flight, and kept"
        assert sorted(asked()) == [0, 1, 2, 2, 3, 10_001], "only the question that was killed, again"
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()

    last = model([PROGRAM])
    last.address = server.address
    main(arguments)
    out += capsys.readouterr().out
    assert [request.seed for request in last.requests] == [4]
    assert "5 programs of 5 samples: 4 translated at once, 1 after repairs" in out
    assert {path.stem for path in folder.glob("*.py")} == {"000", "001r1", "002", "003", "004"}
    records = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    assert sum(record["record"] == "call" for record in records) == 7
    assert KEY not in out + (folder / JOURNAL).read_text()
