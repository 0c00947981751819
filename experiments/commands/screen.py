"""`camel-jax screen`: which of many programs is worth most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from tyro.conf import Positional

from experiments import run_folder
from experiments.provenance import provenance


@dataclass(frozen=True)
class Screen:
    """Rank programs by what they are worth alone, stopping the worse ones early; try the best as masks."""

    task: Positional[str]
    """Task to screen for."""
    candidates: Positional[tuple[str, ...]] = ()
    """Program files, folders of them, and priors of the library; the library's for the task if left out."""
    envs: int = 64
    """Episodes of each candidate, side by side."""
    steps: int = 1000
    """Steps of an episode at most."""
    keep: int = 8
    """Candidates at least that are never stopped early, and are tried as masks."""
    rungs: tuple[float, ...] = (0.1, 0.3)
    """Shares of the steps after which the worse half of the candidates is stopped."""
    widths: tuple[float, ...] = (0.1, 0.3, 0.5)
    """Widths of the masks, in action units."""
    seed: int = 0
    """Of everything random."""
    physics: str = "auto"
    """Physics engine, as for train."""
    json: Path | None = None
    """File to write all figures to."""
    figure: Path | None = None
    """File to draw the ranking to, with frames of one more episode of the best, a PNG."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments import screening  # noqa: PLC0415 - seconds of imports
        from priors.screen import ScreenConfig  # noqa: PLC0415

        config = ScreenConfig(self.envs, self.steps, self.rungs, self.keep, self.widths)
        config.check()
        candidates = screening.collect(self.task, self.candidates)
        screening.require_outputs(candidates, [file for file in (self.json, self.figure) if file])
        ran_on = provenance()
        found = screening.run(self.task, candidates, config, console, seed=self.seed, physics=self.physics)
        screening.show(found, candidates, console)
        screening.count(found)
        if self.json:
            content = screening.as_json(self.task, found, candidates, config, self.seed)
            run_folder.write_json(self.json, content | {"ran_on": ran_on})
        if self.figure:
            screening.draw(self.figure, self.task, found, candidates)
            console.print(
                f"picture: {self.figure}; its frames are of one more Gymnasium episode, not counted"
            )
        screening.tell_uncounted(found, console)
        best = found.standings[0].name
        console.print(f"next:    camel-jax train {self.task} --prior {best}")
