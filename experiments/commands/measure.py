"""`camel-jax bench`, `parity` and `soak`: what the project's speed and exactness are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from tyro.conf import Positional

import envs
from envs import InputError
from experiments import bench, run_folder
from experiments.provenance import provenance


@dataclass(frozen=True)
class Bench:
    """Measure a part against what bounds it, in one run."""

    name: Positional[Literal["physics", "prior", "probes", "loop", "seeds", "screen", "compile", "peers"]]
    """physics: the engine in the graph against the engine alone. prior: translating, compiling and running
    a program, the last against the physics. probes: what each learner learns where the values are known.
    loop: training against its parts.
    seeds: many seeds in one program against single runs. screen: screening against the physics, and its
    ranking against Gymnasium's. compile: a cold compilation of reset and step.
    peers: training against SAC of SBX and TD3 of Stable-Baselines3."""
    task: str = "hopper"
    """Task to measure on."""
    physics: str = "auto"
    """Engine to measure; auto as for train, but c against peers."""
    peers_python: Path | None = None
    """Python that has the peers, SBX and Stable-Baselines3; this one if left out."""
    json: Path | None = None
    """File to write the numbers to, one flat object, and under "ran_on" what they were obtained on."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        bench.check(self.name, self.task, self.physics, self.peers_python)  # before a folder is made
        if self.json:
            run_folder.require_writable(self.json)
        rows = bench.run(self.name, self.task, self.physics, self.peers_python)
        bench.show(rows, console)
        if self.json:
            run_folder.write_json(self.json, bench.flatten(rows) | {"ran_on": provenance()})


@dataclass(frozen=True)
class Parity:
    """Compare the tasks on every engine with Gymnasium's own environments. Continues where it was stopped."""

    json: Path
    """File to write the rows to, one by one."""
    tasks: tuple[str, ...] = ()
    """Tasks to compare; all if left out."""
    engines: tuple[Literal["c", "mjx", "warp"], ...] = ("c", "mjx", "warp")
    """Engines to compare. MJX and Warp are slow on a CPU: an hour or two for all tasks."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments import parity  # noqa: PLC0415 - seconds of imports

        for task in self.tasks:
            envs.spec(task)  # before a folder is made for the rows
        run_folder.require_writable(self.json)
        parity.show(parity.run(self.json, self.tasks or envs.names(), self.engines, console), console)


@dataclass(frozen=True)
class Soak:
    """Step the C engine from inside one compiled graph millions of times; status 1 if it stalls or leaks."""

    task: str = "hopper"
    """Task to step."""
    callbacks: int = 2_000_000
    """Steps, each of them one call from the graph to the host."""
    json: Path | None = None
    """File to write the numbers to."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments.soak import soak  # noqa: PLC0415 - as for parity

        if self.callbacks < 1:
            raise InputError(f"callbacks is {self.callbacks}; it must be at least 1")
        envs.spec(self.task)
        if self.json:
            run_folder.require_writable(self.json)
        found = soak(self.task, self.callbacks, console)
        if self.json:
            run_folder.write_json(self.json, found)
        if not found["passed"]:
            # A text as status is printed to standard error, and is status 1.
            raise SystemExit(
                "camel-jax: the soak failed: memory grew or a stretch of steps stalled; see the figures"
            )
