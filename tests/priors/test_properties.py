"""Random programs mean what CPython makes of them, memory included."""

import re

import hypothesis
import hypothesis.strategies as st
import jax
import numpy as np

from priors.translate import translate

from . import programs

STEPS = 12
OBSERVATIONS = np.random.default_rng(4).normal(size=(6, STEPS, 4)).astype(np.float32)


def joined(texts):
    """One program that runs several, so that one compilation serves them all."""
    parts = []
    for number, text in enumerate(texts):
        imports = text.index("G, C, P, L")
        names = r"\b(G|C|P|L|H|D|Q|S|Stack|policy)\b"
        # Strings and keys keep their names.
        parts.append(re.sub(names, rf"\1_{number}", text[imports:]))
    calls = ", ".join(f"*policy_{number}(obs)" for number in range(len(texts)))
    head = "import math\nfrom collections import deque\nimport numpy as np\n"
    return head + "\n".join(parts) + f"\ndef policy(obs):\n    return [{calls}]\n"


def expected(text, observations):
    """What CPython makes of a sequence of observations, and whether all of it is finite and real."""
    scope = {"__name__": "random"}
    exec(compile(text, "random", "exec"), scope)
    return np.array([np.asarray(scope["policy"](o.astype(np.float64)), float) for o in observations])


def sound(text):
    """Whether CPython runs the program at all, with moderate results."""
    try:
        results = [expected(text, sequence) for sequence in OBSERVATIONS]
    except (ArithmeticError, TypeError, ValueError):
        return False
    return all(np.isfinite(result).all() and abs(result).max() < 1e6 for result in results)


def check(texts):
    text = joined(texts)
    prior = translate(text, observation_size=4, action_size=2 * len(texts))

    def step(carry, observation):
        carry, low, _ = prior.step(prior.parameters, carry, observation)
        return carry, low

    run = jax.jit(jax.vmap(lambda sequence: jax.lax.scan(step, prior.reset(), sequence)[1]))
    got = np.asarray(run(OBSERVATIONS), np.float64)
    wanted = np.array([expected(text, sequence) for sequence in OBSERVATIONS])
    close = np.isclose(got, wanted, rtol=1e-5, atol=1e-6).all(axis=(0, 1))
    wrong = [texts[place // 2] for place in np.flatnonzero(~close)]
    assert not wrong, wrong[0]


@hypothesis.settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate],
)
@hypothesis.given(st.lists(programs.modules().filter(sound), min_size=20, max_size=20))
def test_random_programs(texts):
    check(texts)
