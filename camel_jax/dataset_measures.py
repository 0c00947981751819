"""What a replay buffer holds: the quality of its trajectories and its coverage of states and actions.

The two measures of Schweighofer et al., "A Dataset Perspective on Offline Reinforcement Learning"
(CoLLAs 2022, arXiv 2111.04714): TQ and SACo. The graph only counts (`priors/coverage.py`); the measures
relate counts of two runs.
"""

from __future__ import annotations

from typing import TypeVar

import jax
import numpy as np

Number = TypeVar("Number", float, np.ndarray, jax.Array)


def trajectory_quality(mean_return: Number, *, minimum: float, expert: float) -> Number:
    """TQ, the mean return of a data set's episodes on a scale from 0 to 1 (arXiv 2111.04714).

        TQ = (mean_return - minimum) / (expert - minimum)

    Args:
        mean_return: undiscounted, over the episodes of the data set.
        minimum: mean return of the worst policy that counts, usually the random one.
        expert: mean return of an expert, other than `minimum`.

    Returns:
        Above 1 for data better than the expert's and below 0 for data worse than the minimum.
    """
    return (mean_return - minimum) / (expert - minimum)


def relative_coverage(count: Number, reference_count: Number) -> Number:
    """SACo, distinct state-action pairs relative to those of a reference (arXiv 2111.04714).

    Args:
        count: of the data set.
        reference_count: of the reference, over as many transitions and by the same counter; here the plain
            agent's buffer. Not zero.
    """
    return count / reference_count
