"""The actor's bounds and the critics' batch statistics."""

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.networks import GaussianActor, UnitMLP, ensemble


def test_the_actors_spread_is_bounded():
    actor = GaussianActor((8,), 2)
    params = actor.init(jax.random.key(0), jnp.zeros(3))
    _, log_std = actor.apply(params, 1e6 * jnp.ones((5, 3)))
    assert ((log_std >= -5.0) & (log_std <= 2.0)).all()


def test_a_fresh_actors_spread_is_the_one_asked_for():
    zeros = jnp.zeros(3)
    for std in (0.1, 1.0, 3.0):
        actor = GaussianActor((8,), 2, std)
        _, log_std = actor.apply(actor.init(jax.random.key(1), zeros), zeros)
        np.testing.assert_allclose(np.exp(log_std), std, rtol=1e-5)


def test_critics_differ_and_normalise_by_the_batch_only_in_training():
    critics = ensemble(UnitMLP, 2)((16,), 1)
    x = 100.0 + jax.random.normal(jax.random.key(1), (64, 4))
    variables = critics.init(jax.random.key(0), x, False)
    values, updated = critics.apply(variables, x, True, mutable=["batch_stats"])
    assert values.shape == (2, 64, 1)
    assert not np.allclose(values[0], values[1])
    before, after = (tree["batch_stats"]["BatchNorm_0"]["mean"] for tree in (variables, updated))
    np.testing.assert_allclose(after - before, 0.01 * x.mean(0)[None].repeat(2, 0), rtol=1e-4)
    np.testing.assert_allclose(
        critics.apply(variables, x[:1], False),
        critics.apply(variables, x, False)[:, :1],
        rtol=1e-4,
        atol=1e-4,
    )
