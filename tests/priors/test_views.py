"""Views of arrays share their entries where NumPy's do, and `out=` writes to the array it is given."""

import numpy as np
import pytest

from priors.translate import translate

from .reference import load

# What makes `b` of `a`, an array of 3 x 4, and of `v`, a vector: in NumPy some are views and some copies.
VIEWS = [
    "a",
    "a[1]",
    "a[1:]",
    "a[None, :]",
    "a[..., None]",
    "a[:, ::2]",
    "a[[0, 2]]",
    "a[np.array([True, False, True])]",
    "a.T",
    "a.T.ravel()",
    "a.T.reshape(-1)",
    "a.T.flatten()",
    "a.reshape(4, 3)",
    "a.reshape(-1)",
    "a.ravel()",
    "a.ravel(order='F')",
    "a.T.ravel(order='F')",
    "a.flatten()",
    "a[:, :2].ravel()",
    "a.flat",
    "a.real",
    "a.copy()",
    "a.squeeze()",
    "a.swapaxes(0, 1)",
    "a.transpose()",
    "a.transpose(1, 0)",
    "a.astype(float)",
    "a.astype(float, copy=False)",
    "a.astype(int, copy=False)",
    "a.take([0, 1])",
    "a.repeat(1)",
    "a.clip(-9, 9)",
    "np.array(a)",
    "np.array(a, copy=False)",
    "np.array(a, ndmin=3, copy=None)",
    "np.asarray(a)",
    "np.asarray(a, dtype=float)",
    "np.asarray(a, dtype=int)",
    "np.asarray(a, copy=True)",
    "np.asanyarray(a)",
    "np.ascontiguousarray(a)",
    "np.ascontiguousarray(a.T)",
    "np.atleast_1d(a)",
    "np.atleast_2d(a[0])",
    "np.atleast_3d(a)",
    "np.atleast_1d(a, a)[1]",
    "np.ravel(a)",
    "np.ravel(a.T)",
    "np.reshape(a, (2, 6))",
    "np.reshape(a, (2, 6), order='F')",
    "np.reshape(a, (2, 6), copy=True)",
    "np.squeeze(a[:1])",
    "np.squeeze(a[:1], axis=0)",
    "np.transpose(a)",
    "np.flip(a)",
    "np.flip(a, axis=1)",
    "np.fliplr(a)",
    "np.flipud(a)",
    "np.rot90(a)",
    "np.rot90(a, 2)",
    "np.roll(a, 1)",
    "np.expand_dims(a, 0)",
    "np.swapaxes(a, 0, 1)",
    "np.moveaxis(a, 0, 1)",
    "np.broadcast_arrays(a, 1.0)[0] * 1",
    "np.split(a, 3)[1]",
    "np.split(a, [1], axis=1)[1]",
    "np.array_split(a, 2)[1]",
    "np.hsplit(a, 2)[0]",
    "np.vsplit(a, 3)[2]",
    "np.copy(a)",
    "np.take(a, [0, 1])",
    "np.diag(a).copy()",
    "np.diag(v)",
    "np.concatenate([a, a])",
    "np.stack([a])",
    "np.tile(a, 1)",
    "np.clip(a, None, 9)",
    "np.real(a)",
    "list(a)[1]",
    "[row for row in a][2]",
    "np.ravel(np.flip(a)[1])",
    "np.asarray(np.atleast_2d(a).T).squeeze()",
]

TEXT = """
import numpy as np

def policy(obs):
    v = obs * 1.0
    a = np.reshape(v[:12], (3, 4))
    b = {making}
    {writing}
    return np.concatenate([np.ravel(v), np.ravel(a)])
"""


def agrees(text, action_size, turns=3):
    episode = load(text, observation_size=13, action_size=action_size)()
    prior = translate(text, observation_size=13, action_size=action_size)
    carry = prior.reset()
    for observation in np.random.default_rng(5).uniform(-0.9, 0.9, size=(turns, 13)).astype(np.float32):
        wanted = episode(observation.astype(float))
        carry, interval = prior(carry, observation)
        np.testing.assert_allclose([interval.low, interval.high], np.clip(wanted, -1, 1), atol=1e-6)


@pytest.mark.parametrize("making", VIEWS)
def test_writing_through_a_view_changes_the_array(making):
    agrees(TEXT.format(making=making, writing="b[0] = 1; b[-1] *= -1"), action_size=25, turns=1)


def test_a_view_changed_on_one_path_alone():
    writing = "if obs[12] > 0:\n        b[0] = 0.5\n    else:\n        np.flip(b)[0] = 0.25"
    agrees(TEXT.format(making="np.ravel(a)", writing=writing), action_size=25)


def test_a_view_of_one_of_two_arrays():
    writing = "c = np.ravel(a if obs[12] > 0 else b)\n    c[1] = 0.5"
    agrees(TEXT.format(making="v[1:]", writing=writing), action_size=25)


WRITES = [
    "np.add(v, 0.25, out=v)",
    "np.tanh(v, out=v)",
    "np.maximum(a, 0.1, out=a)",
    "np.multiply(v, 0.5, out=v[:])",
    "np.negative(a[0], out=a[1])",
    "np.add(1, 0.5, out=a[:2])",
    "np.add(a, a.T[0, 0], out=(a,))",
    "np.clip(a, -0.1, 0.1, out=a)",
    "a.clip(-0.1, 0.1, out=a)",
    "np.sum(a, axis=0, out=a[1])",
    "a.mean(axis=1, out=v[:3])",
    "np.dot(a, a.T[:, 0], out=v[:3])",
    "np.cumsum(v, out=v)",
    "np.round(v, 1, out=v)",
    "np.divide(1.0, v, out=np.zeros_like(v), where=v > 2); v[0] = 0",
    "v[:] = np.divide(0.1, v, out=np.zeros_like(v), where=abs(v) > 0.2)",
    "np.sqrt(v, out=v, where=v > 0)",
    "np.add(v, 0.1, v) if False else np.exp(v - 1, out=v)",
    "b = np.subtract(v, 0.5, out=v); b[0] = 0.75",
    "np.copyto(v, 0.3, where=v > 0)",
    "np.copyto(a, a[0])",
    "np.fill_diagonal(a, 0.5)",
    "np.put(v, [0], 0.5) if False else v.fill(0.5)",
    "a.sort()",
    "a.sort(axis=0)",
    "a.flat[3] = 0.5",
    "a.flat[::2] = 0.5",
    "v[v[0] > 0] = 0.5",
    "a[v[0] > 0] = v[:4]",
    "v[v > 0] = 0.5",
    "v[v > 0] *= 0.5",
    "v[v > 0] = v[v > 0] ** 2",
    "a[a[:, 0] > 0] = 0.5",
    "a[a[:, 0] > 0] = a[0]",
    "a[[True, False, True]] = 0.5",
    "a[np.array([0, 2]), 1] = [0.1, 0.2]",
    "a[a > 0] = np.array([0.5])",
    "for row in a: row[0] = 0.5",
    "for part in np.split(v[:12], 3): part[1] = 0.5",
    "x, y = v[:2], v[1:3]; x[:] = y",
]


@pytest.mark.parametrize("writing", WRITES)
def test_results_are_written_where_the_program_says(writing):
    agrees(TEXT.format(making="None", writing=writing), action_size=25, turns=2)


def test_the_type_of_an_array_stays_with_out():
    body = "n = np.zeros(13)\n    np.greater(obs, 0, out=n)\n    return n / 2\n"
    agrees(f"import numpy as np\ndef policy(obs):\n    {body}", action_size=13)
