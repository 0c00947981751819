"""TQ and SACo are as in the paper, of numbers and in the graph."""

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.dataset_measures import relative_coverage, trajectory_quality


def test_trajectory_quality_is_linear_between_the_minimum_and_the_expert():
    assert trajectory_quality(20.0, minimum=20.0, expert=3020.0) == 0.0
    assert trajectory_quality(3020.0, minimum=20.0, expert=3020.0) == 1.0
    assert trajectory_quality(-1480.0, minimum=20.0, expert=3020.0) == -0.5
    of_many = trajectory_quality(np.asarray([770.0, 4520.0]), minimum=20.0, expert=3020.0)
    np.testing.assert_allclose(of_many, [0.25, 1.5])


def test_relative_coverage_is_the_ratio_of_counts():
    assert relative_coverage(50.0, 200.0) == 0.25
    in_graph = jax.jit(relative_coverage)(jnp.asarray([300.0, 100.0]), jnp.asarray([200.0, 400.0]))
    np.testing.assert_allclose(in_graph, [1.5, 0.25])
