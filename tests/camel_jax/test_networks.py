"""Networks: bounded spreads, independent ensembles, batch statistics."""

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.networks import MLP, GaussianActor, NormalisedMLP, ensemble

INPUT = jax.random.normal(jax.random.key(1), (64, 3)) + jnp.asarray([100.0, 0.0, -5.0])


def test_an_mlp_is_its_layers():
    network = MLP((4,), 2)
    params = network.init(jax.random.key(0), INPUT)
    first, last = (params["params"][f"Dense_{k}"] for k in range(2))
    hidden = np.maximum(INPUT @ first["kernel"] + first["bias"], 0)
    np.testing.assert_allclose(
        network.apply(params, INPUT), hidden @ last["kernel"] + last["bias"], rtol=1e-4
    )


def test_the_actors_spread_is_bounded_and_its_mean_is_not():
    actor = GaussianActor((8,), 2)
    params = actor.init(jax.random.key(0), INPUT)
    mean, log_std = actor.apply(params, jnp.concatenate([1e6 * INPUT, -1e6 * INPUT]))
    assert mean.shape == log_std.shape == (128, 2)
    assert ((log_std >= -5.0) & (log_std <= 2.0)).all()
    np.testing.assert_allclose(np.unique(np.round(log_std, 4)), [-5.0, 2.0])
    assert np.abs(mean).max() > 100
    # In the middle of its range at a fresh network's zero.
    np.testing.assert_allclose(actor.apply(params, jnp.zeros(3))[1], -1.5)


def test_members_of_an_ensemble_see_the_same_and_differ():
    network = ensemble(MLP, 3)((8,), 1)
    params = network.init(jax.random.key(0), INPUT)
    values = network.apply(params, INPUT)
    assert values.shape == (3, 64, 1)
    assert len(np.unique(values[:, 0, 0])) == 3
    second = jax.tree.map(lambda x: x[1], params)
    np.testing.assert_allclose(MLP((8,), 1).apply(second, INPUT), values[1], rtol=1e-4, atol=1e-4)


def test_critics_normalise_by_the_batch_in_training_and_by_running_statistics_otherwise():
    network = ensemble(NormalisedMLP, 2)((16,), 1)
    variables = network.init(jax.random.key(0), INPUT, False)
    values, updated = network.apply(variables, INPUT, True, mutable=["batch_stats"])
    assert not np.allclose(values[0], values[1])
    # Shift and scale of the batch leave no trace.
    shifted, _ = network.apply(variables, 3.0 * INPUT - 7.0, True, mutable=["batch_stats"])
    np.testing.assert_allclose(values, shifted, atol=1e-3)
    before, after = (tree["batch_stats"]["BatchNorm_0"]["mean"] for tree in (variables, updated))
    np.testing.assert_allclose(after - before, 0.01 * INPUT.mean(0)[None].repeat(2, 0), rtol=1e-4)
    # Without training a row's value does not depend on the others.
    alone, together = (network.apply(variables, x, False) for x in (INPUT[:1], INPUT))
    np.testing.assert_allclose(alone, together[:, :1], rtol=1e-4, atol=1e-4)
