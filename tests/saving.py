"""States that tell of their step, and a process that saves them until it is stopped or killed.

Run as a program it reads lines `<folder> <step>` and forks a saver for each, so that what takes seconds, the
imports, is done once. It writes the saver's process number, then each step that is saved, at last its status.
"""

import os
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.checkpoint import Checkpoints
from experiments.signals import StopRequest


def state_of(step):
    """A megabyte that is another one at every step."""
    rng = np.random.default_rng(step)
    return {
        "step": jnp.asarray(step, jnp.int32),
        "rows": jnp.asarray(rng.standard_normal((250, 1000), np.float32)),
        "bytes": jnp.asarray(rng.integers(0, 256, 1000, np.uint8)),
        "flags": jnp.asarray(rng.random(1000) < 0.5),
        "key": jax.random.wrap_key_data(rng.integers(0, 2**32, 2, np.uint32)),
    }


def save_until_stopped(folder, step):
    """Save one step after the other, told on standard output as soon as each is saved."""
    checkpoints = Checkpoints(folder)
    with StopRequest() as stop:
        while not stop.requested:
            checkpoints.save(step, state_of(step))
            os.write(1, f"{step}\n".encode())
            step += 1


def main():
    """Fork savers."""
    for line in sys.stdin:
        folder, step = line.split()
        process = os.fork()
        if not process:
            save_until_stopped(Path(folder), int(step))
            os._exit(0)
        os.write(1, f"process {process}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(1, f"status {status}\n".encode())


if __name__ == "__main__":
    main()
