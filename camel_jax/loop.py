"""The training loop: one jitted, donated scan of collect, insert, sample, update, report.

The phases are factories of pure functions; `make_loop` puts them together and compiles them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from camel_jax.config import TrainConfig
from camel_jax.evaluate import Evaluation, Policy, PolicyStep, evaluate
from camel_jax.replay import Replay, Transition, make_replay
from camel_jax.sac import SAC, SACState
from camel_jax.schedules import make_epsilon
from camel_jax.state import Best, TrainState
from envs import AutoReset, Env, InputError, State
from priors import Interval, Prior, full_interval, no_prior

Metrics = dict[str, jax.Array]


class Loop(NamedTuple):
    """The compiled parts of a run.

    Attributes:
        init: `(seed) -> TrainState`.
        prefill: `(state) -> state`, the warm-up steps, without updates.
        chunk: `(state) -> (state, metrics)`, `report_every` steps and their updates; donates its argument.
        evaluate: `(state) -> (state, evaluation)`, the agent alone; keeps the policy if it is the best.
        policy: the agent alone, without mask and noise.
        epsilon: the schedule of the mask's grip.
        algorithm: the learner.
        replay: the buffer's functions.
        collect: `(state, random) -> (state, transitions, metrics)`, one step of all environments.
        update: `(state) -> (state, metrics)`, the updates that follow one such step.
    """

    init: Callable[[int], TrainState]
    prefill: Callable[[TrainState], TrainState]
    chunk: Callable[[TrainState], tuple[TrainState, Metrics]]
    evaluate: Callable[[TrainState], tuple[TrainState, Evaluation]]
    policy: PolicyStep
    epsilon: optax.Schedule
    algorithm: SAC
    replay: Replay[Transition]
    collect: Callable[[TrainState, bool], tuple[TrainState, Transition, Metrics]]
    update: Callable[[TrainState], tuple[TrainState, Metrics]]


def make_loop(
    env: Env, prior: Prior | None, config: TrainConfig, *, epsilon: optax.Schedule | None = None
) -> Loop:
    """Build the parts of a run. Nothing is compiled or allocated before they are called.

    Args:
        env: a Brax environment that ends its own episodes, such as `envs.make` gives; unbatched.
        prior: the hint; None for the plain agent, which no mask holds.
        config: the run's settings.
        epsilon: any schedule of the environment step, in place of `config.epsilon`.

    Raises:
        InputError: impossible settings, or a prior of other sizes than the environment's.
    """
    config.check()
    if prior is None:
        prior, epsilon = no_prior(env.observation_size, env.action_size), optax.constant_schedule(0.0)
    for name in ("observation_size", "action_size"):
        if getattr(prior, name) != getattr(env, name):
            sizes = f"{getattr(prior, name)}, the environment's {getattr(env, name)}"
            raise InputError(f"the prior's {name} is {sizes}")
    epsilon = _within_bounds(epsilon or make_epsilon(config.epsilon))
    algorithm = SAC(
        config.sac, config.mask, observation_size=env.observation_size, action_size=env.action_size
    )
    replay = make_replay(_example(env), capacity=config.buffer_capacity)
    collect = make_collect(AutoReset(env), prior, algorithm, config, epsilon)
    update = make_update(replay, algorithm, config, epsilon)
    return Loop(
        init=jax.jit(make_init(AutoReset(env), prior, algorithm, replay, config)),
        prefill=jax.jit(make_prefill(collect, replay, config), donate_argnums=0),
        chunk=jax.jit(make_chunk(collect, update, replay, config, epsilon), donate_argnums=0),
        evaluate=jax.jit(make_evaluate(env, algorithm, config), donate_argnums=0),
        policy=agent_alone(algorithm),
        epsilon=epsilon,
        algorithm=algorithm,
        replay=replay,
        collect=collect,
        update=update,
    )


def agent_alone(algorithm: SAC) -> PolicyStep:
    """The agent without mask and noise, in the form that evaluations take."""
    return lambda parameters, carry, observation: (carry, algorithm.policy(parameters, observation))


def _within_bounds(schedule: optax.Schedule) -> optax.Schedule:
    """The schedule clipped to [0, 1]; rounding takes some a little beyond their ends."""
    return lambda step: jnp.clip(schedule(step), 0.0, 1.0)


def _example(env: Env) -> Transition:
    observation, scalar = jnp.zeros(env.observation_size), jnp.zeros(())
    full = full_interval(env.action_size)
    return Transition(observation, full.low, scalar, scalar, observation, full, full)


def make_init(
    env: Env, prior: Prior, algorithm: SAC, replay: Replay[Transition], config: TrainConfig
) -> Callable[[int], TrainState]:
    """Make `seed -> TrainState` at the start of a run."""

    def init(seed: int) -> TrainState:
        key, key_env, key_learner = jax.random.split(jax.random.key(seed), 3)
        env_state = jax.vmap(env.reset)(jax.random.split(key_env, config.num_envs))
        carry = jax.tree.map(lambda x: jnp.broadcast_to(x, (config.num_envs, *x.shape)), prior.reset())
        carry, suggestion = jax.vmap(prior)(carry, env_state.obs)
        learner = algorithm.init(key_learner)
        return TrainState(
            key=key,
            step=jnp.zeros((), jnp.int32),
            env_state=env_state,
            carry=carry,
            suggestion=suggestion,
            buffer=replay.init(),
            learner=learner,
            reward_sum=jnp.zeros(config.num_envs),
            largest_reward_sum=jnp.zeros(()),
            faults=jnp.zeros(()),
            overflows=jnp.zeros(()),
            best=Best(
                policy=jax.tree.map(jnp.copy, algorithm.policy_parameters(learner)),
                return_mean=jnp.asarray(-jnp.inf),
                step=jnp.zeros((), jnp.int32),
            ),
        )

    return init


def make_collect(
    env: Env, prior: Prior, algorithm: SAC, config: TrainConfig, epsilon: optax.Schedule
) -> Callable[[TrainState, bool], tuple[TrainState, Transition, Metrics]]:
    """Make the phase that steps every environment once."""

    def suggest(env_state: State, carry: Any) -> tuple[Any, Interval, Interval]:
        """The prior at the observation a step led to, and at the one the next step starts from."""
        carry, at_terminal = prior(carry, env_state.info["terminal_observation"])
        fresh_carry, at_fresh = prior(prior.reset(), env_state.obs)

        def select(fresh: jax.Array, ongoing: jax.Array) -> jax.Array:
            return jnp.where(env_state.done > 0, fresh, ongoing)

        carry, current = jax.tree.map(select, (fresh_carry, at_fresh), (carry, at_terminal))
        return carry, at_terminal, current

    def collect(state: TrainState, random: bool) -> tuple[TrainState, Transition, Metrics]:
        key, key_action = jax.random.split(state.key)
        observation = state.env_state.obs
        if random:
            shape = (config.num_envs, env.action_size)
            unit_action = jax.random.uniform(key_action, shape, minval=-1.0, maxval=1.0)
        else:
            unit_action = algorithm.explore(state.learner, key_action, observation)
        interval = config.mask.interval(state.suggestion, epsilon(state.step))
        action = config.mask.action(interval, unit_action)
        env_state = jax.vmap(env.step)(state.env_state, action)
        carry, next_suggestion, suggestion = jax.vmap(suggest)(env_state, state.carry)
        transition = Transition(
            observation=observation,
            action=action,
            reward=env_state.reward,
            termination=env_state.info["termination"],
            next_observation=env_state.info["terminal_observation"],
            suggestion=state.suggestion,
            next_suggestion=next_suggestion,
        )
        reward_sum = config.sac.discount * state.reward_sum + env_state.reward
        state = state.replace(
            key=key,
            step=state.step + config.num_envs,
            env_state=env_state,
            carry=carry,
            suggestion=suggestion,
            # A truncated episode would have gone on: only termination, or a fault, ends the sum.
            reward_sum=jnp.where(
                (env_state.info["termination"] > 0) | (env_state.info["fault"] > 0), 0.0, reward_sum
            ),
            largest_reward_sum=jnp.maximum(state.largest_reward_sum, jnp.max(reward_sum)),
            faults=state.faults + jnp.sum(env_state.info["fault"]),
            # Environments of others do not tell of it.
            overflows=state.overflows + jnp.sum(env_state.metrics.get("overflow", jnp.zeros(()))),
        )
        return state, transition, _episode_sums(env_state)

    return collect


def _sound(state: TrainState) -> jax.Array:
    """Which transitions of the last step may be learned from: not those of simulations that broke down."""
    return state.env_state.info["fault"] == 0


def _episode_sums(env_state: State) -> Metrics:
    """Sums over the episodes that ended in this step."""
    done, info = env_state.done, env_state.info
    return {
        "episodes": jnp.sum(done),
        "returns": jnp.sum(done * info["episode_return"]),
        "lengths": jnp.sum(done * info["episode_length"]),
        "terminations": jnp.sum(info["termination"]),
    }


def make_update(
    replay: Replay[Transition], algorithm: SAC, config: TrainConfig, epsilon: optax.Schedule
) -> Callable[[TrainState], tuple[TrainState, Metrics]]:
    """Make the phases that sample and learn: `updates_per_step * num_envs` updates."""
    count = config.updates_per_iteration

    def update(state: TrainState) -> tuple[TrainState, Metrics]:
        key, key_updates = jax.random.split(state.key)
        grip, cap = epsilon(state.step), config.sac.target_cap * state.largest_reward_sum

        def one(learner: SACState, x: tuple[jax.Array, jax.Array]) -> tuple[SACState, Metrics]:
            key_one, index = x
            key_sample, key_update = jax.random.split(key_one)
            return algorithm.update(
                learner,
                key_update,
                replay.sample(state.buffer, key_sample, (config.sac.batch_size,)),
                epsilon=grip,
                cap=cap,
                update_actor=index % config.sac.policy_delay == 0,
            )

        # The index within the step, not a counter in the state, decides on the delayed updates: it is
        # the same for every seed, so that the branch stays a branch under `vmap`.
        xs = (jax.random.split(key_updates, count), jnp.arange(count))
        learner, metrics = jax.lax.scan(one, state.learner, xs)
        return state.replace(key=key, learner=learner), jax.tree.map(jnp.mean, metrics)

    return update


def make_prefill(
    collect: Callable[[TrainState, bool], tuple[TrainState, Transition, Metrics]],
    replay: Replay[Transition],
    config: TrainConfig,
) -> Callable[[TrainState], TrainState]:
    """Make the warm-up: steps with uniform unit actions inside the mask."""

    def iteration(state: TrainState, _: None) -> tuple[TrainState, None]:
        state, transitions, _sums = collect(state, True)
        return state.replace(buffer=replay.insert(state.buffer, transitions, _sound(state))), None

    return lambda state: jax.lax.scan(iteration, state, length=config.warmup_iterations)[0]


def make_chunk(
    collect: Callable[[TrainState, bool], tuple[TrainState, Transition, Metrics]],
    update: Callable[[TrainState], tuple[TrainState, Metrics]],
    replay: Replay[Transition],
    config: TrainConfig,
    epsilon: optax.Schedule,
) -> Callable[[TrainState], tuple[TrainState, Metrics]]:
    """Make the scan over `report_every` environment steps."""

    def iteration(state: TrainState, _: None) -> tuple[TrainState, tuple[Metrics, Metrics]]:
        state, transitions, episode_sums = collect(state, False)
        state = state.replace(buffer=replay.insert(state.buffer, transitions, _sound(state)))
        state, metrics = update(state)
        return state, (metrics, episode_sums)

    def chunk(state: TrainState) -> tuple[TrainState, Metrics]:
        state, (metrics, episode_sums) = jax.lax.scan(iteration, state, length=config.chunk_iterations)
        return state, {**report(state, metrics, episode_sums), "mask/epsilon": epsilon(state.step)}

    return chunk


def report(state: TrainState, metrics: Metrics, episode_sums: Metrics) -> Metrics:
    """One number per name for a chunk, from values with the leading axis `steps`."""
    sums = jax.tree.map(jnp.sum, episode_sums)
    # NaN where no episode ended: a mean of nothing is not zero.
    return {
        **jax.tree.map(jnp.mean, metrics),
        "train/env_steps": state.step,
        "train/largest_reward_sum": state.largest_reward_sum,
        "episode/count": sums["episodes"],
        "episode/return_mean": sums["returns"] / sums["episodes"],
        "episode/length_mean": sums["lengths"] / sums["episodes"],
        "episode/termination_share": sums["terminations"] / sums["episodes"],
        # Since the start of the run: the warm-up reports nothing.
        "physics/faults": state.faults,
        "physics/overflows": state.overflows,
    }


def make_evaluate(
    env: Env, algorithm: SAC, config: TrainConfig
) -> Callable[[TrainState], tuple[TrainState, Evaluation]]:
    """Make the evaluation of the agent alone, which also keeps the best policy."""

    def evaluate_and_keep(state: TrainState) -> tuple[TrainState, Evaluation]:
        key, key_evaluate = jax.random.split(state.key)
        parameters = algorithm.policy_parameters(state.learner)
        policy = Policy(agent_alone(algorithm), parameters)
        evaluation = evaluate(env, policy, key_evaluate, episodes=config.evaluation_episodes)
        return_mean = jnp.mean(evaluation.returns)
        candidate = Best(policy=parameters, return_mean=return_mean, step=state.step)
        better = return_mean > state.best.return_mean
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), candidate, state.best)
        return state.replace(key=key, best=best), evaluation

    return evaluate_and_keep
