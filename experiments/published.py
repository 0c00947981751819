"""Published returns that plain agents are compared with: figures of papers, not of runs of ours."""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """Mean returns over seeds after some environment steps on a Gymnasium v4 task, without a prior.

    Attributes:
        sac: of soft actor-critic, one update per step (arXiv 1812.05905).
        best: the best one.
        by: the method of the best one.
    """

    sac: float
    best: float
    by: str


# XQC: arXiv 2509.25174. CrossQ: arXiv 1902.05605. SimbaV2 makes two updates per step.
PUBLISHED: dict[tuple[str, int], Published] = {
    ("hopper", 50_000): Published(530.0, 2735.0, "XQC"),
    ("walker2d", 50_000): Published(384.0, 2374.0, "XQC"),
    ("ant", 50_000): Published(448.0, 1495.0, "SimbaV2"),
    ("half_cheetah", 50_000): Published(4212.0, 6754.0, "XQC"),
    ("hopper", 100_000): Published(1103.0, 2887.0, "CrossQ"),
    ("walker2d", 100_000): Published(690.0, 3882.0, "CrossQ"),
    ("ant", 100_000): Published(747.0, 3881.0, "SimbaV2"),
    ("half_cheetah", 100_000): Published(6156.0, 9815.0, "FlashSAC"),
}
"""By task and environment steps."""
