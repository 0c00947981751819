"""Where compiled programs are kept: a process for each case, as JAX's settings are the process's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import envs

MODULE = Path(envs.__file__).parent / "compilation_cache.py"
# The module alone, for all of `envs` takes seconds to import. JAX keeps only what took long to compile.
PROGRAM = f"""
import jax, runpy

jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
runpy.run_path({str(MODULE)!r})["use_compilation_cache"]()
jax.jit(lambda x: x * 2 + 1)(1.0).block_until_ready()
print(jax.config.jax_compilation_cache_dir)
"""
NAMES = ("JAX_COMPILATION_CACHE_DIR", "JAX_ENABLE_COMPILATION_CACHE", "XDG_CACHE_HOME")


def cache_folder(**variables):
    """The folder that JAX is told of in a fresh process with these variables, as it prints it."""
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment |= {"JAX_PLATFORMS": "cpu", **{name: str(value) for name, value in variables.items()}}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def compiled(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_compiled_programs_are_kept_in_the_users_cache(tmp_path, variable):
    base = tmp_path if variable == "XDG_CACHE_HOME" else tmp_path / ".cache"
    assert cache_folder(**{variable: tmp_path}) == str(base / "camel_jax" / "jax")
    assert compiled(base / "camel_jax" / "jax")


def test_a_folder_that_jax_has_been_told_of_wins(tmp_path):
    told = tmp_path / "told"
    assert cache_folder(XDG_CACHE_HOME=tmp_path, JAX_COMPILATION_CACHE_DIR=told) == str(told)
    assert compiled(told)
    assert not (tmp_path / "camel_jax").exists()


def test_jaxs_own_switch_turns_it_off(tmp_path):
    assert cache_folder(XDG_CACHE_HOME=tmp_path, JAX_ENABLE_COMPILATION_CACHE="false") == "None"
    assert not compiled(tmp_path)
