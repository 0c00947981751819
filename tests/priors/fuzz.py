"""Mutates the programs of the corpus: the translator returns or raises `PriorError`, within a second.

By hand: `python tests/priors/fuzz.py --minutes 10 --seed 0`, with `--compare` for what CPython makes of those
mutants that translate, which takes longer for each.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from priors.translate import PriorError, translate

SECONDS = 1.0
"""What a translation may take; an honest one takes a tenth of it."""

PATIENCE = 10
"""Seconds after which a translation or a run is a hang."""

INTERNAL = "could not be translated"
"""What the message says of a fault that only the last net caught."""

STEPS = 30

_TOKEN = re.compile(
    r"'[^'\n]*'|\"[^\"\n]*\"|[^\W\d]\w*|\d+\.?\d*(?:e-?\d+)?|\*\*=?|//=?|[-+*/<>=!%&|^:]=|\S|\s+"
)
_NUMBERS = (
    *("0", "1", "-1", "2", "3", "64", "0.5", "-0.0", "1e-300", "1e308", "10**9", "2**63", "2**64-1", "True"),
)
_WORDS = (
    *("None", "True", "obs", "self", "not", "in", "is", "and", "or", "if", "else", "for", "while", "break"),
    *("continue", "return", "del", "global", "lambda", "[]", "{}", "()", "[0]", "[::-1]", "[obs[0] > 0]"),
    *("float('nan')", "'a'", ".copy()", ".T", ".append", ".items()", "-", "*", "**", "//", "%", "<<", "~"),
    *("==", "<", "=", "+=", ":=", ",", ".", "int(obs[0])", "(obs[0] > 0)", "policy", "len", "max", "sorted"),
)


class Seed(NamedTuple):
    """A program of the corpus."""

    name: str
    text: str
    observation_size: int
    action_size: int


class Fault(NamedTuple):
    """What went wrong with a text: the kind tells faults of different causes apart."""

    kind: str
    text: str


class HangError(BaseException):
    """Out of patience; no `Exception`, which the translator would catch."""


def seeds() -> list[Seed]:
    """The programs of the corpus; sizes stand in each of them."""
    found = []
    for path in sorted((Path(__file__).parent / "corpus").glob("*.*")):
        if path.suffix in (".py", ".md"):
            text = path.read_text()
            sizes = re.search(r"observation_size=(\d+) action_size=(\d+)", text)
            found.append(Seed(path.name, text, int(sizes[1]), int(sizes[2])))
    return found


def mutant(rng: random.Random, corpus: list[Seed]) -> Seed:
    """A program of the corpus after one to four mutations."""
    seed = rng.choice(corpus)
    text = seed.text
    for _ in range(rng.randint(1, 4)):
        text = rng.choice((_tokens, _tokens, _lines, _number, _name, _splice))(rng, text, corpus)
    return seed._replace(text=text)


def _tokens(rng: random.Random, text: str, _: list[Seed]) -> str:
    """Delete, duplicate, swap or replace a token."""
    tokens = _TOKEN.findall(text)
    places = [place for place, token in enumerate(tokens) if not token.isspace()]
    if len(places) < 2:
        return text
    i, j = rng.sample(places, 2)
    kind = rng.randrange(4)
    if kind == 0:
        tokens[i] = ""
    elif kind == 1:
        tokens[i] += tokens[i] if not tokens[i].isidentifier() else f" {tokens[i]}"
    elif kind == 2:
        tokens[i], tokens[j] = tokens[j], tokens[i]
    else:
        tokens[i] = rng.choice((rng.choice(_WORDS), tokens[j]))
    return "".join(tokens)


def _lines(rng: random.Random, text: str, _: list[Seed]) -> str:
    """Delete, duplicate, swap or indent a line."""
    lines = text.split("\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[i]
    elif kind == 1:
        lines.insert(j, lines[i])
    elif kind == 2:
        lines[i], lines[j] = lines[j], lines[i]
    else:
        lines[i] = "    " + lines[i] if kind == 3 else lines[i].removeprefix("    ")
    return "\n".join(lines)


def _number(rng: random.Random, text: str, _: list[Seed]) -> str:
    places = [*re.finditer(r"(?<!\w)\d+\.?\d*", text)]
    if not places:
        return text
    place = rng.choice(places)
    return text[: place.start()] + rng.choice(_NUMBERS) + text[place.end() :]


def _name(rng: random.Random, text: str, _: list[Seed]) -> str:
    """One name in the place of another."""
    places = [*re.finditer(r"(?<!\w)[^\W\d]\w*", text)]
    if not places:
        return text
    place, other = rng.choice(places), rng.choice(places)
    return text[: place.start()] + other[0] + text[place.end() :]


def _splice(rng: random.Random, text: str, corpus: list[Seed]) -> str:
    """A few lines of another program somewhere, moved to where they would belong."""
    lines, others = text.split("\n"), rng.choice(corpus).text.split("\n")
    start, place = rng.randrange(len(others)), rng.randrange(len(lines) + 1)
    taken = others[start : start + rng.randint(1, 8)]
    near = lines[place - 1] if place else ""
    shift = len(near) - len(near.lstrip()) - (len(taken[0]) - len(taken[0].lstrip()))
    moved = [" " * shift + line if shift >= 0 else line.removeprefix(" " * -shift) for line in taken]
    return "\n".join([*lines[:place], *moved, *lines[place:]])


@contextmanager
def limited() -> Iterator[None]:
    """Raise `HangError` in the block when patience is at its end."""

    def stop(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fault(seed: Seed, most: float = SECONDS) -> str:
    """What is wrong with the translation of a text, an empty string if nothing is.

    It is too slow if it takes `most` seconds of processor time.
    """
    start, problem = time.process_time(), ""
    try:
        with limited():
            translate(seed.text, observation_size=seed.observation_size, action_size=seed.action_size)
    except PriorError as error:
        problem = error.message if INTERNAL in error.message else ""
        if problem and error.__cause__ is not None:
            problem += f": {error.__cause__}"
    except HangError:
        return "hang"
    except Exception as error:
        return f"not a PriorError: {type(error).__name__}"
    seconds = time.process_time() - start
    return problem or (f"slow: {seconds:.1f} s" if seconds > most else "")


def difference(seed: Seed, load: Callable) -> str:
    """Where a translated text disagrees with CPython; an empty string if nowhere, or if one refuses it."""
    sizes = (seed.observation_size, seed.action_size)
    observations = np.random.default_rng(0).normal(size=(2, STEPS, sizes[0])).astype(np.float32)
    try:
        prior = translate(seed.text, observation_size=sizes[0], action_size=sizes[1])
        with limited(), redirect_stdout(io.StringIO()):
            begin, wanted = load(seed.text, *sizes), []
            for sequence in observations:
                step = begin()
                wanted.append([step(observation.astype(np.float64)) for observation in sequence])
    except (Exception, HangError):
        return ""

    def scanned(carry, observation):
        carry, low, high = prior.step(prior.parameters, carry, observation)
        return carry, jnp.stack([low, high])

    run = jax.jit(jax.vmap(lambda sequence: jax.lax.scan(scanned, prior.reset(), sequence)[1]))
    got, want = np.asarray(run(observations), np.float64), np.array(wanted)
    sound = np.isfinite(want) & (abs(want) < 1e6)
    wrong = ~np.isclose(got, want, rtol=1e-4, atol=1e-5) & sound
    if not wrong.any():
        return ""
    place = tuple(np.argwhere(wrong)[0])
    return f"mismatch in {wrong.mean():.0%}, first at {[*map(int, place)]}: {got[place]} for {want[place]}"


def smaller(seed: Seed, is_faulty: Callable[[Seed], bool]) -> Seed:
    """The program without those lines that its fault does not need."""
    width = max(1, len(seed.text.split("\n")) // 2)
    while width:
        lines, place = seed.text.split("\n"), 0
        while place < len(lines):
            shorter = lines[:place] + lines[place + width :]
            if is_faulty(seed._replace(text="\n".join(shorter))):
                lines = shorter
            else:
                place += width
        seed = seed._replace(text="\n".join(lines))
        width //= 2
    return seed


def search(
    seconds: float, seed: int, check: Callable[[Seed], str] = fault, shrink: bool = True
) -> tuple[int, list[Fault]]:
    """Mutate until the time is over: how many texts were tried, and one fault of each kind.

    With `shrink`, each is made small, which may take minutes beyond the time.
    """
    rng, corpus = random.Random(seed), seeds()
    tried, found = 0, {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = mutant(rng, corpus)
        tried += 1
        problem = check(text)
        kind = re.sub(r"[\d.]+", "N", problem.split(", first")[0])
        if problem and kind not in found:
            if shrink:
                text = smaller(text, lambda one, kind=kind: _same_kind(check(one), kind))
            found[kind] = Fault(check(text) or problem, text.text)
    return tried, [*found.values()]


def _same_kind(problem: str, kind: str) -> bool:
    one, other = (re.split(":| in ", text, maxsplit=1)[0] for text in (problem, kind))
    return one == other != ""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compare", action="store_true", help="run the mutants in CPython as well")
    chosen = parser.parse_args()
    check = fault
    if chosen.compare:
        # Found beside this file when it is run as a program.
        from reference import load

        check = lambda seed: fault(seed) or difference(seed, load)  # noqa: E731
    tried, faults = search(60 * chosen.minutes, chosen.seed, check)
    for number, one in enumerate(faults):
        sys.stdout.write(f"--- fault {number}: {one.kind}\n{one.text}\n")
    sys.stdout.write(f"{tried} texts, {len(faults)} faults\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
