"""The parts of a run, put together from its phases and compiled: for one seed, or for many in one program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from camel_jax.algorithm import Algorithm, Metrics
from camel_jax.config import TrainConfig
from camel_jax.evaluate import Evaluation, Policy, PolicyStep, against_random, evaluate
from camel_jax.masking import GeneratorMask, Mask, problems_of
from camel_jax.normalise import init_normaliser, normalised
from camel_jax.nstep import init_window
from camel_jax.phases import Parts, Phase, make_collect, make_report, make_update
from camel_jax.replay import Transition, make_replay
from camel_jax.schedules import Controller, Scheduled, make_controller
from camel_jax.seeds import SEED_AXES
from camel_jax.semantics import SEMANTICS
from camel_jax.state import Best, TrainState
from envs import AutoReset, Env, InputError
from priors import Prior, full_interval, no_prior
from priors.coverage import make_coverage

_EVALUATION = 2**31 - 1
"""Folded into the run's key for an evaluation; far from the indices of splits, which give the same keys."""


class PolicyParameters(NamedTuple):
    """What the agent alone acts by.

    Attributes:
        actor: the algorithm's parameters.
        normaliser: statistics of the observations, `()` for none.
    """

    actor: Any
    normaliser: Any


class Loop(NamedTuple):
    """The compiled parts of a run, for one seed or for many.

    With many seeds every array of the state, the metrics and the evaluations has them as leading axis, but
    for the step, which they share.

    Attributes:
        seeds: the run's seed, or its seeds.
        init: `() -> TrainState`.
        prefill: `(state) -> state`, the warm-up steps, without updates.
        chunk: `(state) -> (state, metrics)`, `report_every` steps and their updates; donates its argument.
        evaluate: `(state) -> (state, evaluation)`, the agent alone; keeps the policy if it is the best.
        policy: the agent alone, without mask and noise.
        parameters: `(state) -> parameters` of `policy`.
        collect: one step of all environments, and its insertion.
        update: the updates that follow `config.steps_per_iteration` such steps.
        parts: what the run is made of.
    """

    seeds: int | tuple[int, ...]
    init: Callable[[], TrainState]
    prefill: Callable[[TrainState], TrainState]
    chunk: Callable[[TrainState], tuple[TrainState, Metrics]]
    evaluate: Callable[[TrainState], tuple[TrainState, Evaluation]]
    policy: PolicyStep
    parameters: Callable[[TrainState], PolicyParameters]
    collect: Phase
    update: Phase
    parts: Parts


def make_loop(
    env: Env,
    prior: Prior | None,
    config: TrainConfig,
    *,
    seeds: Sequence[int] | None = None,
    mask: Mask | None = None,
    epsilon: optax.Schedule | Controller | None = None,
) -> Loop:
    """Build the parts of a run. Nothing is compiled or allocated before they are called.

    Args:
        env: a Brax environment that ends its own episodes, such as `envs.make` gives; unbatched.
        prior: the hint; None for the plain agent, which no mask holds.
        config: the run's settings.
        seeds: seeds to train in one program; None for `config.seed` alone.
        mask: any mask, in place of `config.mask`.
        epsilon: any schedule of the environment step, or a controller, in place of `config.epsilon`.

    Raises:
        InputError: impossible settings, no mask, or a prior of other sizes than the environment's.
    """
    config.check(env.action_size, seeds=seeds)
    parts = make_parts(env, prior, config, mask=mask, epsilon=epsilon)
    initial = make_init(parts, env)
    prefill, chunk = make_prefill(parts), make_chunk(parts)
    judge = make_evaluate(parts, env)
    if seeds is not None:
        initial = jax.vmap(initial, out_axes=SEED_AXES)
        prefill = jax.vmap(prefill, in_axes=(SEED_AXES,), out_axes=SEED_AXES)
        chunk = jax.vmap(chunk, in_axes=(SEED_AXES,), out_axes=(SEED_AXES, 0))
        judge = jax.vmap(judge, in_axes=(SEED_AXES,), out_axes=(SEED_AXES, 0))
    chosen = int(config.seed) if seeds is None else tuple(int(seed) for seed in seeds)
    compiled_init = jax.jit(initial)
    return Loop(
        seeds=chosen,
        init=lambda: compiled_init(jnp.asarray(chosen)),
        prefill=jax.jit(prefill, donate_argnums=0),
        chunk=jax.jit(chunk, donate_argnums=0),
        evaluate=jax.jit(judge, donate_argnums=0),
        policy=agent_alone(parts.algorithm),
        parameters=lambda state: policy_parameters(parts.algorithm, state),
        collect=make_collect(parts, warmup=False),
        update=make_update(parts),
        parts=parts,
    )


def make_parts(
    env: Env,
    prior: Prior | None,
    config: TrainConfig,
    *,
    mask: Mask | None = None,
    epsilon: optax.Schedule | Controller | None = None,
) -> Parts:
    """What a run is made of; see `make_loop`."""
    controller = _controller(config, epsilon)
    mask = config.mask.build() if mask is None else mask
    if problems := problems_of(mask, env.action_size):
        raise InputError("; ".join(problems))
    if prior is None:
        prior, mask = no_prior(env.observation_size, env.action_size), GeneratorMask()
        controller = Scheduled(_never)
    sizes = {"observation_size": env.observation_size, "action_size": env.action_size}
    for name, size in sizes.items():
        if getattr(prior, name) != size:
            raise InputError(f"the prior's {name} is {getattr(prior, name)}, the environment's {size}")
    return Parts(
        env=AutoReset(env),
        prior=prior,
        mask=mask,
        controller=controller,
        semantics=SEMANTICS[config.epsilon.semantics](),
        algorithm=config.algorithm.build(mask, **sizes),
        replay=make_replay(_example(env), capacity=config.buffer_capacity),
        coverage=make_coverage(**sizes),
        config=config,
    )


def _never(step: jax.Array) -> jax.Array:
    """Epsilon of the plain agent: 0, but computed from the step.

    Where compilers know that it is 0, they fold the bounds and lay the batch out otherwise than for a masked
    agent, and sums are rounded otherwise: at epsilon 0 that is to be the plain agent to the bit.
    """
    return 0.0 * jnp.asarray(step, jnp.float32)


def _controller(config: TrainConfig, epsilon: optax.Schedule | Controller | None) -> Controller:
    if epsilon is None:
        return make_controller(config.epsilon)
    if hasattr(epsilon, "observe"):
        if epsilon.asks_prior and not hasattr(epsilon, "ask"):
            raise InputError(f"the controller {type(epsilon).__name__} asks_prior, and has no method ask")
        return epsilon
    if not callable(epsilon):
        raise InputError(
            f"epsilon is {epsilon!r}; it must be a schedule of the step, such as optax's, or a controller"
        )
    return Scheduled(epsilon)


def _example(env: Env) -> Transition:
    observation, scalar = jnp.zeros(env.observation_size), jnp.zeros(())
    full = full_interval(env.action_size)
    return Transition(observation, full.low, scalar, scalar, observation, full, full)


def agent_alone(algorithm: Algorithm) -> PolicyStep:
    """The agent without mask and noise, in the form that evaluations take."""

    def step(parameters: PolicyParameters, carry: Any, observation: jax.Array) -> tuple[Any, jax.Array]:
        return carry, algorithm.policy(parameters.actor, normalised(parameters.normaliser, observation))

    return step


def policy_parameters(algorithm: Algorithm, state: TrainState) -> PolicyParameters:
    """What the agent alone acts by at a state of the run."""
    return PolicyParameters(algorithm.policy_parameters(state.learner), state.normaliser)


def make_init(parts: Parts, env: Env) -> Callable[[jax.Array], TrainState]:
    """Make `seed -> TrainState` at the start of a run; `env` is without automatic reset."""
    config, prior = parts.config, parts.prior

    def init(seed: jax.Array) -> TrainState:
        key, key_env, key_learner, key_draw, key_prior = jax.random.split(jax.random.key(seed), 5)
        env_state = jax.vmap(parts.env.reset)(jax.random.split(key_env, config.num_envs))
        carry = jax.tree.map(lambda x: jnp.broadcast_to(x, (config.num_envs, *x.shape)), prior.reset())
        carry, suggestion = jax.vmap(prior)(carry, env_state.obs)
        learner = parts.algorithm.init(key_learner)
        normaliser = init_normaliser(env.observation_size, enabled=config.normalise_observations)
        best = PolicyParameters(parts.algorithm.policy_parameters(learner), normaliser)
        controller, prior_return = parts.controller.init(), jnp.full((), jnp.nan, float)
        if parts.controller.asks_prior:
            prior_return, random_return = against_random(
                env, prior, key_prior, episodes=config.evaluation_episodes
            )
            controller = parts.controller.ask(controller, random_return, prior_return)
        zero, count = jnp.zeros(()), jnp.zeros((), jnp.int32)
        return TrainState(
            key=key,
            step=count,
            env_state=env_state,
            carry=carry,
            suggestion=suggestion,
            draw=jax.random.uniform(key_draw, (config.num_envs,)),
            controller=controller,
            prior_return=prior_return,
            normaliser=normaliser,
            window=init_window(_example(env), n=config.n_step, num_envs=config.num_envs),
            buffer=parts.replay.init(),
            coverage=parts.coverage.init(),
            learner=learner,
            reward_sum=jnp.zeros(config.num_envs),
            largest_reward_sum=zero,
            episodes=zero,
            episode_returns=zero,
            faults=zero,
            overflows=zero,
            best=Best(policy=best, return_mean=jnp.full((), -jnp.inf, float), step=count),
        )

    def init_with_own_buffers(seed: jax.Array) -> TrainState:
        # Two leaves that share a buffer cannot both be donated to the next part.
        return jax.tree.map(jnp.copy, init(seed))

    return init_with_own_buffers


def make_prefill(parts: Parts) -> Callable[[TrainState], TrainState]:
    """Make the warm-up."""
    collect = make_collect(parts, warmup=True)

    def iteration(state: TrainState, _: None) -> tuple[TrainState, None]:
        return collect(state)[0], None

    return lambda state: jax.lax.scan(iteration, state, length=parts.config.warmup_iterations)[0]


def make_chunk(parts: Parts) -> Phase:
    """Make the scan over `report_every` environment steps: collect, insert, sample, update, report."""
    collect, update, report = make_collect(parts, warmup=False), make_update(parts), make_report(parts)
    config = parts.config

    def collect_all(state: TrainState, _: None) -> tuple[TrainState, Metrics]:
        return collect(state)

    def iteration(state: TrainState, _: None) -> tuple[TrainState, tuple[Metrics, Metrics]]:
        state, steps = jax.lax.scan(collect_all, state, length=config.steps_per_iteration)
        state, updates = update(state)
        return state, (updates, steps)

    def chunk(state: TrainState) -> tuple[TrainState, Metrics]:
        state, (updates, steps) = jax.lax.scan(iteration, state, length=config.chunk_iterations)
        return state, report(state, updates, steps)

    return chunk


def make_evaluate(parts: Parts, env: Env) -> Callable[[TrainState], tuple[TrainState, Evaluation]]:
    """Make the evaluation of the agent alone, which keeps the best policy and tells epsilon's controller."""

    def evaluate_and_keep(state: TrainState) -> tuple[TrainState, Evaluation]:
        # Not split off: randomness goes on as if nobody had looked, however often.
        key_evaluate = jax.random.fold_in(state.key, _EVALUATION)
        parameters = policy_parameters(parts.algorithm, state)
        policy = Policy(agent_alone(parts.algorithm), parameters)
        evaluation = evaluate(env, policy, key_evaluate, episodes=parts.config.evaluation_episodes)
        return_mean = jnp.mean(evaluation.returns)
        candidate = Best(policy=parameters, return_mean=return_mean, step=state.step)
        better = return_mean > state.best.return_mean
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), candidate, state.best)
        controller = parts.controller.observe(state.controller, return_mean, state.prior_return)
        return state.replace(best=best, controller=controller), evaluation

    return evaluate_and_keep
