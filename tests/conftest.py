"""Shared helpers are importable by name; the first call of a jitted function is no slow example."""

import sys
from pathlib import Path

import hypothesis
import jax
import pytest

import envs

hypothesis.settings.register_profile("jax", deadline=None)
hypothesis.settings.load_profile("jax")
sys.path.insert(0, str(Path(__file__).parent))
envs.use_compilation_cache()


def pytest_addoption(parser):
    parser.addoption("--programs", type=int, default=80, help="random programs to compare with CPython")


@pytest.fixture(scope="module")
def quick_compilation():
    """Compiling takes most of the time of many tests, which check what is computed and not how fast."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
