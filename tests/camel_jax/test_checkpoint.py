"""Checkpoints: what is read equals what was written, and damage is named."""

import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import checkpoint
from envs import InputError
from priors import translate

SIZES = {"observation_size": 1, "action_size": 1}

TREE = {
    "key": jax.random.key(7),
    "keys": jax.random.split(jax.random.key(1), 3),
    "x": jnp.arange(4.0),
    "none": (),
}


def test_round_trip_with_random_keys(tmp_path):
    checkpoint.save(tmp_path / "c", TREE)
    read = checkpoint.restore(tmp_path / "c", jax.eval_shape(lambda: TREE))
    np.testing.assert_array_equal(read["x"], TREE["x"])
    for name in ("key", "keys"):
        np.testing.assert_array_equal(jax.random.key_data(read[name]), jax.random.key_data(TREE[name]))
    assert jax.random.uniform(read["key"]) == jax.random.uniform(TREE["key"])
    assert read["none"] == ()


def test_neither_writing_nor_reading_takes_pickle(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("pickled")

    for name in ("dump", "dumps", "load", "loads", "Pickler", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    checkpoint.save(tmp_path / "c", TREE)
    read = checkpoint.restore(tmp_path / "c", jax.eval_shape(lambda: TREE))
    np.testing.assert_array_equal(read["x"], TREE["x"])


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no checkpoint at .*nowhere"):
        checkpoint.restore(tmp_path / "nowhere", TREE)


@pytest.mark.parametrize("damage", ["structure", "files"])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    checkpoint.save(tmp_path / "c", TREE)
    like = TREE
    if damage == "structure":
        like = {"other": TREE["x"]}
    else:
        for path in (tmp_path / "c").rglob("*"):
            if path.is_file():
                path.write_bytes(b"")
    with pytest.raises(InputError, match=rf"the checkpoint at {tmp_path}/c cannot be read"):
        checkpoint.restore(tmp_path / "c", like)


def test_the_memory_of_a_program_survives(tmp_path):
    prior = translate("n = 0\ndef policy(obs):\n    global n\n    n += 1\n    return [n / 8]", **SIZES)
    carry, _ = prior(prior.reset(), jnp.zeros(1))
    checkpoint.save(tmp_path / "c", carry)
    read = checkpoint.restore(tmp_path / "c", jax.eval_shape(lambda: carry))
    assert prior(read, jnp.zeros(1))[1].low == 0.25
