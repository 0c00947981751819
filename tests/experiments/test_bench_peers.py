"""Turns against other libraries, with processes that stand in for them; how fast they are is no matter."""

import json
import os
import sys
from pathlib import Path
from typing import ClassVar

import pytest

import envs
from experiments import bench
from experiments.bench import peer_process, peers, worker
from experiments.cli import main

PYTHON = Path(sys.executable)
FIGURES = ("speedup", "env_steps_per_second", "our_env_steps_per_second")

LIBRARIES = {
    "sbx.py": """
        import json, os, pathlib
        class SAC:
            def __init__(self, policy, env, **settings):
                print("a word to standard output")
                self.log = pathlib.Path(os.environ["PEER_LOG"])
                self.note(type(self).__name__, env, settings["policy_kwargs"], settings["batch_size"])
            def note(self, *what):
                with self.log.open("a") as file:
                    file.write(json.dumps(what) + chr(10))
            def learn(self, steps, log_interval, reset_num_timesteps):
                os.write(1, b"progress")
                assert log_interval is None and reset_num_timesteps is False
                self.note("learn", steps)
        """,
    "stable_baselines3/__init__.py": """
        import sbx
        class TD3(sbx.SAC):
            def __init__(self, policy, env, action_noise, **settings):
                super().__init__(policy, {"id": env["id"], "noise": action_noise}, **settings)
        """,
    "stable_baselines3/common/__init__.py": "",
    "stable_baselines3/common/vec_env.py": """
        class DummyVecEnv(dict):
            def __init__(self, makers):
                super().__init__(id=makers[0]())
                self.action_space = type("Space", (), {"shape": (3,)})
        """,
    "stable_baselines3/common/noise.py": """
        def NormalActionNoise(mean, deviation):
            return [mean.tolist(), deviation.tolist()]
        """,
    "gymnasium.py": """
        def make(id, disable_env_checker):
            return id
        """,
}


@pytest.fixture
def libraries(tmp_path, monkeypatch):
    """Libraries with the peers' names that only note what is asked of them; gives the path of the notes."""
    folder, log = tmp_path / "libraries", tmp_path / "log"
    for name, text in LIBRARIES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line.removeprefix("        ") for line in text.splitlines()]
        path.write_text("\n".join(lines) + "\n")
    for package in peer_process._PACKAGES:
        about = folder / f"{package.replace('-', '_')}-9.9.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 9.9\n")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("PEER_LOG", str(log))
    return log


def notes(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def script(text):
    return [str(PYTHON), "-c", text]


def test_a_worker_answers_in_turn():
    program = """
import json, sys
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    print(json.dumps(json.loads(line) * 2), flush=True)
"""
    with worker.start("doubler", script(program), {}) as doubler:
        assert doubler.answer() == "ready"
        assert [doubler.ask(number) for number in (1, 21)] == [2, 42]


def test_a_worker_has_the_variables_it_is_given_and_ends_with_its_context():
    program = (
        "import json, os; print(json.dumps([os.getpid(), os.environ['A']]), flush=True); input(); input()"
    )
    with worker.start("sleeper", script(program), {"A": "b"}) as sleeper:
        process, variable = sleeper.answer()
    assert variable == "b"
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_a_worker_that_dies_is_named_with_its_last_words(answers):
    """Before it is ready, instead of an answer to a turn, and between two turns."""
    program = f"""
import sys
for _ in range({answers}):
    print(0, flush=True)
if {answers} == 1:
    input()
sys.stderr.write("x" * 200_000 + "\\nlong story\\nout of memory\\n\\n")
sys.exit(3)
"""

    def talk():
        with worker.start("the peer x", script(program), {}) as dying:
            dying.answer()
            for _ in range(3):
                dying.ask(1)

    with pytest.raises(envs.InputError, match=r"^the peer x ended with status 3: out of memory$"):
        talk()


def test_a_python_that_does_not_exist():
    with pytest.raises(envs.InputError, match="no/python cannot be started"):
        bench.check("peers", "hopper", peers_python=Path("no/python"))


def test_missing_peers_are_told_before_anything_is_written(tmp_path, monkeypatch, capsys):
    # An interpreter that sees none of this environment's packages.
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{Path(sys.base_prefix) / "bin" / "python3"}" -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        main(["bench", "peers", "--peers-python", str(bare), "--json", "new/x.json"])
    assert exit_.value.code == 2
    message = capsys.readouterr().err
    assert "has no gymnasium, mujoco, sbx, stable_baselines3" in message
    assert "requirements-peers.lock" in message
    assert message.count("\n") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("peer", "learner", "noise"), [("sbx_sac", "SAC", None), ("sb3_td3", "TD3", [[0.0] * 3, [0.1] * 3])]
)
def test_a_peer_is_warm_before_its_first_turn(libraries, peer, learner, noise):
    """The script itself, with what the libraries print kept out of its answers."""
    warm = peer_process.RANDOM_STEPS + peer_process.WARM_STEPS
    with worker.start(peer, [*peers._command(PYTHON), peer, "Hopper-v4"], {}) as process:
        assert process.answer()["sbx-rl"] == "9.9"
        assert notes(libraries)[1:] == [["learn", warm]]
        assert [process.ask(steps) for steps in (7, 11)] == [7, 11]
    kind, env, networks, batch_size = notes(libraries)[0]
    assert (kind, env["id"], env.get("noise")) == (learner, "Hopper-v4", noise)
    assert (networks, batch_size) == ({"net_arch": [256, 256]}, 256)
    assert notes(libraries)[1:] == [["learn", warm], ["learn", 7], ["learn", 11]]


def test_our_config_does_the_peers_work():
    for peer in ("sbx_sac", "sb3_td3"):
        config = peers.our_config(peer)
        config.check()
        assert (config.num_envs, config.updates_per_iteration) == (1, 1)
        assert config.chunk_iterations == peers._ENV_STEPS
        assert config.buffer_capacity > config.warmup_steps + (peers._ROUNDS + 1) * peers._ENV_STEPS


def test_every_peer_may_use_all_cores(monkeypatch):
    monkeypatch.setattr(peers, "available_cores", lambda: 6)
    threads = [setting.environment["OMP_NUM_THREADS"] for setting in peers.settings("sb3_td3")]
    assert threads == ["1", "2", "4", "6"]
    monkeypatch.setenv("XLA_FLAGS", "--mine")
    free, single = peers.settings("sbx_sac")
    assert free.environment == {}
    assert single.environment["XLA_FLAGS"].split() == ["--mine", "--xla_cpu_multi_thread_eigen=false"]


def test_the_fastest_setting_of_a_peer_counts():
    times = {
        ("sbx_sac", "ours"): [1.0, 2.0, 1.0],
        ("sbx_sac", "slow"): [9.0, 9.0, 9.0],
        ("sbx_sac", "fast"): [3.0, 6.0, 4.0],
        ("sb3_td3", "other"): [0.1, 0.1, 0.1],
    }
    row = peers._row("sbx_sac", times, {"torch": "9.9"})
    assert row.numbers["speedup"] == 3.0
    assert row.numbers["env_steps_per_second"] == peers._ENV_STEPS / 4.0
    assert row.numbers["our_env_steps_per_second"] == peers._ENV_STEPS / 1.0
    assert row.about == {"setting": "fast", "torch": "9.9"}


class Loop:
    """A loop that counts: its state is what was done, in order."""

    ends: ClassVar = {}

    def __init__(self, env, prior, config):
        assert prior is None
        self.config = config

    def init(self):
        return ("init",)

    def prefill(self, state):
        return (*state, "prefill")

    def chunk(self, state):
        self.ends[self.config] = (*state, "chunk")
        return self.ends[self.config], {}


def test_peers_and_we_take_turns(libraries, tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "make_loop", Loop)
    monkeypatch.setattr("jax.block_until_ready", lambda state: state)
    monkeypatch.setattr(peers, "_ROUNDS", 2)
    file = tmp_path / "peers.json"
    main(["bench", "peers", "--json", str(file)])
    numbers = json.loads(file.read_text())
    for peer in ("sbx_sac", "sb3_td3"):
        assert all(numbers[f"peers/{peer}/{figure}"] > 0 for figure in FIGURES)
        assert numbers[f"peers/{peer}/stable-baselines3"] == "9.9"
        assert numbers[f"peers/{peer}/task"] == "hopper"
    assert set(Loop.ends.values()) == {("init", "prefill", "chunk", "chunk", "chunk")}
    turns = [note for note in notes(libraries) if note == ["learn", peers._ENV_STEPS]]
    assert len(turns) == 3 * sum(len(peers.settings(peer)) for peer in ("sbx_sac", "sb3_td3"))
