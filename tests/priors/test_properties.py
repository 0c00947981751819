"""Random programs mean what CPython makes of them, memory included; `make programs` tries 2,000."""

import hypothesis
import hypothesis.strategies as st
import jax
import numpy as np
import pytest

from priors.translate import PriorError, translate

from . import programs

PARTS, TOGETHER, STEPS = 4, 10, 12
OBSERVATIONS = np.random.default_rng(4).normal(size=(6, STEPS, 4)).astype(np.float32)


def expected(text, observations):
    """What CPython makes of a sequence of observations."""
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


def within_budget(text):
    """Whether the translator takes the program; it may refuse one that is too large, for no other reason."""
    try:
        translate(text, observation_size=4, action_size=2)
    except PriorError as error:
        if not error.fatal:
            raise
        return False
    return True


def check(texts):
    """Compare all of `texts` with CPython; one compilation serves them all."""
    priors = [translate(text, observation_size=4, action_size=2) for text in texts]

    def step(carries, observation):
        results = [p.step(p.parameters, c, observation) for p, c in zip(priors, carries, strict=True)]
        return [carry for carry, _, _ in results], [low for _, low, _ in results]

    def episode(sequence):
        return jax.lax.scan(step, [prior.reset() for prior in priors], sequence)[1]

    # Compiling is nearly all of the time; what is optimised is compared by the corpus.
    quick = {"xla_backend_optimization_level": 0}
    got = jax.jit(jax.vmap(episode), compiler_options=quick)(OBSERVATIONS)
    for text, found in zip(texts, got, strict=True):
        wanted = np.array([expected(text, sequence) for sequence in OBSERVATIONS])
        np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-5, atol=1e-6, err_msg=text)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_programs(part, request):
    @hypothesis.seed(part)
    @hypothesis.settings(
        max_examples=request.config.getoption("--programs") // (PARTS * TOGETHER),
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(st.lists(programs.modules().filter(sound), min_size=TOGETHER, max_size=TOGETHER))
    def run(texts):
        kept = [text for text in texts if within_budget(text)]
        refused.append(len(texts) - len(kept))
        check(kept)

    refused = []
    run()
    # Some fork their lists at every turn of nested loops, and are too large.
    assert sum(refused) <= max(2, 0.03 * TOGETHER * len(refused))
