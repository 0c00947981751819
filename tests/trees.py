"""Comparing pytrees."""

import jax
import jax.numpy as jnp
import numpy as np


def plain(leaf):
    """An array as NumPy knows it, random keys by what they are made of."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if is_key else leaf)


def assert_equal_trees(left, right):
    """Bit for bit, NaN equal to NaN, with the path of the first leaf that differs."""
    left, right = (jax.tree_util.tree_leaves_with_path(tree) for tree in (left, right))
    assert [path for path, _ in left] == [path for path, _ in right]
    for (path, a), (_, b) in zip(left, right, strict=True):
        np.testing.assert_array_equal(plain(a), plain(b), err_msg=jax.tree_util.keystr(path))
