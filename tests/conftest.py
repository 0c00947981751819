"""Shared helpers are importable by name, and what the tests compile is compiled quickly."""

import os
import sys
from pathlib import Path

# Compiling takes most of the suite's time; so compiled, a loop takes half of it and runs a little slower. The
# tests' own processes inherit this. `XLA_FLAGS= make test` compiles as users do, and `make bitwise` does so.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false "
    "--xla_cpu_parallel_codegen_split_count=1",
)

import hypothesis

import envs

# The first call of a jitted function is no slow example.
hypothesis.settings.register_profile("jax", deadline=None)
hypothesis.settings.load_profile("jax")
sys.path.insert(0, str(Path(__file__).parent))
envs.use_compilation_cache()


def pytest_addoption(parser):
    parser.addoption("--programs", type=int, default=80, help="random programs to compare with CPython")
