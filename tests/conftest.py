"""Shared helpers are importable by name; the first call of a jitted function is no slow example."""

import sys
from pathlib import Path

import hypothesis

import envs

hypothesis.settings.register_profile("jax", deadline=None)
hypothesis.settings.load_profile("jax")
sys.path.insert(0, str(Path(__file__).parent))
envs.use_compilation_cache()


def pytest_addoption(parser):
    parser.addoption("--programs", type=int, default=200, help="random programs to compare with CPython")
