"""What the project aims at, as figures of committed results."""

from __future__ import annotations

from typing import NamedTuple


class Aim(NamedTuple):
    """A figure of a measurement's JSON, and what it is to be.

    Attributes:
        what: the figure in words.
        file: of the results.
        figure: name of the figure, as `row/figure`.
        bound: what it is compared with.
        least: whether it is to be at least, and not at most, the bound.
    """

    what: str
    file: str
    figure: str
    bound: float
    least: bool = False

    @property
    def words(self) -> str:
        """The aim in words."""
        return f"at {'least' if self.least else 'most'} {self.bound:g}"

    def met(self, value: float) -> bool:
        """Whether a value meets it."""
        return value >= self.bound if self.least else value <= self.bound


_LEARNERS = {"sac": "SAC", "td3": "TD3", "dsac-t": "DSAC-T", "categorical": "the categorical critic"}
_FILES = (f"bench-{name}-hopper.json" for name in ("probes", "loop", "seeds", "screen", "peers"))
_PROBES, _LOOP, _SEEDS, SCREEN, _PEERS = _FILES
SCREENING = "screen/hopper/c"
MOST_STEPS = 32 * 64 * 1000
"""Of the screening: programs, episodes, steps."""
ALONE = {"ant": 3_200, "hopper": 2_500, "walker2d": 2_000, "half_cheetah": 3_500}
"""Return of the best program of a task, 100 episodes in Gymnasium."""
AIMS = (
    *(
        Aim(f"error of {words} where values are known", _PROBES, f"probes/{name}/value_error", 0.05)
        for name, words in _LEARNERS.items()
    ),
    Aim("loop ÷ (updates + physics), UTD 1, 16 envs", _LOOP, "loop/hopper/c_utd1_envs16/overhead", 1.05),
    Aim("the same, 512 envs", _LOOP, "loop/hopper/c_utd1_envs512/overhead", 1.05),
    Aim("the same, UTD 1/16, 512 envs", _LOOP, "loop/hopper/c_utd0.0625_envs512/overhead", 1.05),
    Aim("8 seeds in one program ÷ updates of 8 runs", _SEEDS, "seeds/hopper/c_seeds8/over_updates", 1.05),
    Aim(
        "seconds of screening 32 programs, 64 episodes each",
        SCREEN,
        f"{SCREENING}/speed/whole_seconds",
        150,
    ),
    Aim("the same ÷ its physics alone", SCREEN, f"{SCREENING}/speed/whole_over_physics", 2),
    Aim(
        "Kendall's τ of its first five with Gymnasium",
        SCREEN,
        f"{SCREENING}/agreement/whole_tau",
        0.8,
        least=True,
    ),
    Aim(
        "the same, worse ones stopped early",
        SCREEN,
        f"{SCREENING}/agreement/halving_tau",
        0.8,
        least=True,
    ),
    Aim("env steps/s ÷ SBX SAC's, UTD 1, 256×256", _PEERS, "peers/sbx_sac/speedup", 1.7, least=True),
    Aim("env steps/s ÷ Stable-Baselines3 TD3's", _PEERS, "peers/sb3_td3/speedup", 3.0, least=True),
)
"""What is measured as a ratio or an error."""
