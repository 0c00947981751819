"""Translates the text of a Python policy into a jittable prior, without ever executing it.

The text is parsed, checked against a closed list of syntax, and evaluated symbolically into a graph of
scalar operations; the graph is lowered to JAX. No object of Python is reachable from the program.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from priors.prior import Branch, FunctionPrior
from priors.translate.errors import PriorError
from priors.translate.evaluate import Evaluated, evaluate
from priors.translate.lower import Layout, in_double, lower, pack, unpack
from priors.translate.parse import parse
from priors.translate.source import decode
from priors.translate.write_back import to_source

__all__ = ["PriorError", "to_source", "translate"]


def translate(
    text: str | bytes, *, observation_size: int, action_size: int, name: str = "program"
) -> FunctionPrior:
    """Make a prior of a Python policy.

    Args:
        text: a program, or a model's reply with the program in a Markdown fence. It holds a function
            `policy(obs)` that returns an action or a pair `(low, high)` of actions.
        observation_size: entries of the observation that the policy gets.
        action_size: entries of the action that it returns.
        name: how results and error messages call the program.

    Returns:
        The prior. Its `parameters` are the float literals of the text by readable names.

    Raises:
        PriorError: the text is no program in the language; it says where, why and what to write instead.
    """
    source, file = "", name if name.endswith(".py") else f"{name}.py"
    try:
        source = decode(text)
        evaluated = evaluate(parse(source), observation_size, action_size)
        prior = _prior(evaluated, source, observation_size, action_size, name)
        observation = jax.ShapeDtypeStruct((observation_size,), jnp.float32)
        jax.eval_shape(lambda o: prior(prior.reset(), o), observation)
    except PriorError as error:
        raise error.quote(source, file) from None
    except RecursionError:
        problem = PriorError("the program is nested too deeply", "use fewer nested parts")
        raise problem.quote(source, file) from None
    except Exception as error:
        # A fault of the translator itself must not reach a caller that feeds it untrusted text.
        problem = PriorError(f"this program could not be translated ({type(error).__name__})", "simplify it")
        raise problem.quote(source, file) from error
    return prior


def _prior(
    evaluated: Evaluated, source: str, observation_size: int, action_size: int, name: str
) -> FunctionPrior:
    layout, literals = Layout(evaluated.kinds), evaluated.literals

    @in_double
    def computed(
        parameters: dict[str, Any], carry: Any, observation: jax.Array, *, exact: bool
    ) -> tuple[Any, jax.Array]:
        memory = unpack(layout, carry) if layout.kinds else ()
        roots = (*evaluated.bounds, *evaluated.after)
        values = lower(roots, literals, parameters, observation, memory, exact=exact)
        count = len(evaluated.bounds)
        carry = pack(layout, values[count:]) if layout.kinds else ()
        bounds = [lax.convert_element_type(value, observation.dtype) for value in values[:count]]
        return carry, jnp.stack(bounds)

    @in_double
    def start(parameters: dict[str, Any], *, exact: bool) -> Any:
        if not layout.kinds:
            return ()
        return pack(layout, lower(evaluated.first, literals, parameters, None, exact=exact))

    @in_double
    def taken(parameters: dict[str, Any], carry: Any, observation: jax.Array, *, exact: bool) -> jax.Array:
        memory = unpack(layout, carry) if layout.kinds else ()
        roots = [side for branch in evaluated.branches for side in (branch.holds, branch.fails)]
        values = lower(roots, literals, parameters, _floating(observation), memory, exact=exact)
        return jnp.stack(values).reshape(-1, 2) if values else jnp.zeros((0, 2), jnp.bool_)

    def step(
        parameters: dict[str, Any], carry: Any, observation: jax.Array
    ) -> tuple[Any, jax.Array, jax.Array]:
        carry, bounds = computed(parameters, carry, _floating(observation))
        return carry, bounds[:action_size], bounds[action_size:]

    return FunctionPrior(
        name=name,
        observation_size=observation_size,
        action_size=action_size,
        step=step,
        parameters={key: np.float32(value) for key, value in evaluated.parameters.items()},
        start=start,
        source=source,
        notes=evaluated.notes,
        branches=tuple(Branch(branch.line, branch.text) for branch in evaluated.branches),
        taken=taken,
    )


def _floating(observation: jax.Array) -> jax.Array:
    observation = jnp.asarray(observation)
    if jnp.issubdtype(observation.dtype, jnp.floating):
        return observation
    return observation.astype(jnp.result_type(float))
