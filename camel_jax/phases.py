"""The phases of training: collect, insert, sample, update, report; pure functions of a run's state.

`loop.py` puts them together and compiles them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from camel_jax import nstep
from camel_jax.algorithm import Algorithm, Batch, Metrics
from camel_jax.config import TrainConfig
from camel_jax.masking import Mask
from camel_jax.normalise import normalised, observe
from camel_jax.replay import Replay, Transition
from camel_jax.schedules import Controller
from camel_jax.seeds import per_seed
from camel_jax.semantics import Semantics
from camel_jax.state import TrainState
from envs import Env, State
from priors import Interval, Prior
from priors.coverage import CoverageCounter

Phase = Callable[[TrainState], tuple[TrainState, Metrics]]
# Updates whose batches are sampled together: enough to make the gathering cheap, few enough to be small.
UPDATES_PER_SAMPLE = 32


class Parts(NamedTuple):
    """What a run is made of; nothing of it changes.

    Attributes:
        env: unbatched, with automatic reset.
        prior: the hint.
        mask: how it bounds the agent.
        controller: epsilon over the run.
        semantics: what epsilon means.
        algorithm: what learns.
        replay: functions of the buffer.
        coverage: functions that count distinct state-action pairs.
        config: the run's settings.
    """

    env: Env
    prior: Prior
    mask: Mask
    controller: Controller
    semantics: Semantics
    algorithm: Algorithm
    replay: Replay[Transition]
    coverage: CoverageCounter
    config: TrainConfig

    def epsilon(self, state: TrainState) -> jax.Array:
        """Epsilon at the run's step, scalar."""
        return self.controller.epsilon(state.controller, state.step)

    def grip(self, situation: Situation, learner: Any | None) -> jax.Array:
        """How tightly the mask holds, `(batch,)`, without gradient; without a learner the same everywhere."""
        epsilon = jnp.broadcast_to(situation.epsilon, situation.draw.shape)
        if self.controller.per_state and learner is not None:
            advantage = relative_advantage(self.algorithm, learner, situation)
            epsilon = jax.lax.stop_gradient(self.controller.at(situation.epsilon, advantage))
        return self.semantics.grip(epsilon, situation.draw)


class Situation(NamedTuple):
    """What decides how tightly the mask holds at some observations.

    Attributes:
        observation: as the networks see it, `(batch, observation_size)`.
        suggestion: the prior's interval there.
        epsilon: scalar.
        draw: for the Bernoulli semantics, uniform in [0, 1), `(batch,)`.
    """

    observation: jax.Array
    suggestion: Interval
    epsilon: jax.Array
    draw: jax.Array


class Setting(NamedTuple):
    """What stays as it is over the updates of an iteration.

    Attributes:
        normaliser: statistics of the observations.
        epsilon: scalar.
        largest_sum: the largest discounted reward sum seen so far, scalar.
    """

    normaliser: Any
    epsilon: jax.Array
    largest_sum: jax.Array


def relative_advantage(algorithm: Algorithm, learner: Any, situation: Situation) -> jax.Array:
    """What the critics give for the prior's action rather than the policy's, over their mean magnitude."""
    observation = situation.observation
    action = algorithm.policy(algorithm.policy_parameters(learner), observation)
    ours = algorithm.value(learner, observation, action)
    theirs = algorithm.value(learner, observation, situation.suggestion.centre)
    magnitude = 0.5 * (jnp.abs(ours) + jnp.abs(theirs))
    return (theirs - ours) / jnp.maximum(magnitude, 1e-6)


def make_collect(parts: Parts, *, warmup: bool) -> Phase:
    """Make the phase that steps every environment once and inserts what came of it.

    In the warm-up the actions are those of `config.warmup`, and the critics, which know nothing yet, have no
    say in where the mask lets go.
    """
    suggest, act = make_suggest(parts.prior), per_seed(make_warmup(parts) if warmup else make_act(parts))

    def collect(state: TrainState) -> tuple[TrainState, Metrics]:
        key, key_act, key_draw = jax.random.split(state.key, 3)
        epsilon = parts.epsilon(state)
        seen = per_seed(normalised)(state.normaliser, state.env_state.obs)
        situation = Situation(seen, state.suggestion, epsilon, state.draw)
        action, interval, grip = act(state.learner, key_act, situation)
        env_state = jax.vmap(parts.env.step)(state.env_state, action)
        carry, next_suggestion, suggestion = jax.vmap(suggest)(env_state, state.carry)
        step = Transition(
            observation=state.env_state.obs,
            action=action,
            reward=env_state.reward,
            discount=parts.config.discount * (1.0 - env_state.info["termination"]),
            next_observation=env_state.info["terminal_observation"],
            suggestion=state.suggestion,
            next_suggestion=next_suggestion,
        )
        state = insert(parts, state, step, env_state)
        state = state.replace(
            key=key,
            step=state.step + parts.config.num_envs,
            env_state=env_state,
            carry=carry,
            suggestion=suggestion,
            draw=parts.semantics.redraw(
                state.draw, jax.random.uniform(key_draw, state.draw.shape), env_state.done
            ),
        )
        masked = {
            "mask/share": jnp.mean(jnp.any(interval.half_width < 1.0, axis=-1)),
            "mask/width": 2.0 * jnp.mean(interval.half_width),
            "mask/let_go": jnp.mean(grip < epsilon * jnp.exp(-1.0)),
        }
        return state, {**masked, **_episode_sums(env_state)}

    return collect


Act = Callable[[Any, jax.Array, Situation], tuple[jax.Array, Interval, jax.Array]]
"""`(learner, key, situation) -> (action, interval, grip)`."""


def make_act(parts: Parts) -> Act:
    """Make the agent's exploration under the mask."""

    def act(learner: Any, key: jax.Array, situation: Situation) -> tuple[jax.Array, Interval, jax.Array]:
        grip = parts.grip(situation, learner)
        interval = parts.mask.interval(situation.suggestion, grip)
        return parts.algorithm.explore(learner, key, situation.observation, interval), interval, grip

    return act


def make_warmup(parts: Parts) -> Act:
    """Make the actions of the warm-up; all kinds are uniform where the mask lets go."""

    def act(learner: Any, key: jax.Array, situation: Situation) -> tuple[jax.Array, Interval, jax.Array]:
        del learner  # it knows nothing yet
        suggestion = situation.suggestion
        grip = parts.grip(situation, None)
        interval = parts.mask.interval(suggestion, grip)
        action = jax.random.uniform(key, suggestion.low.shape, minval=-1.0, maxval=1.0)
        if parts.config.warmup == "masked":
            action = interval.centre + interval.half_width * action
        elif parts.config.warmup == "prior":
            action = jnp.where(grip[..., None] > 0, suggestion.centre, action)
        return action, interval, grip

    return act


def make_suggest(prior: Prior) -> Callable[[State, Any], tuple[Any, Interval, Interval]]:
    """Make the phase that asks the prior, unbatched, at both observations that a step may lead to."""

    def suggest(env_state: State, carry: Any) -> tuple[Any, Interval, Interval]:
        """The memory after, the interval where the step led to, and that where the next one starts."""
        carry, at_terminal = prior(carry, env_state.info["terminal_observation"])
        fresh_carry, at_fresh = prior(prior.reset(), env_state.obs)

        def select(fresh: jax.Array, ongoing: jax.Array) -> jax.Array:
            return jnp.where(env_state.done > 0, fresh, ongoing)

        carry, current = jax.tree.map(select, (fresh_carry, at_fresh), (carry, at_terminal))
        return carry, at_terminal, current

    return suggest


def insert(parts: Parts, state: TrainState, step: Transition, env_state: State) -> TrainState:
    """Store a step of every environment, but for those of simulations that broke down, and count it."""
    info = env_state.info
    sound = info["fault"] == 0
    window, transitions, keep = nstep.push(state.window, step, sound=sound, ended=env_state.done > 0)
    reward_sum = parts.config.discount * state.reward_sum + step.reward
    return state.replace(
        window=window,
        buffer=parts.replay.insert(state.buffer, transitions, keep),
        coverage=per_seed(parts.coverage.insert)(state.coverage, step.observation, step.action, sound),
        normaliser=per_seed(observe)(state.normaliser, step.observation),
        # A truncated episode would have gone on: only termination, or a fault, ends the sum.
        reward_sum=jnp.where((info["termination"] > 0) | ~sound, 0.0, reward_sum),
        largest_reward_sum=jnp.maximum(state.largest_reward_sum, jnp.max(jnp.abs(reward_sum))),
        episodes=state.episodes + jnp.sum(env_state.done),
        episode_returns=state.episode_returns + jnp.sum(env_state.done * info["episode_return"]),
        faults=state.faults + jnp.sum(info["fault"]),
        # Environments of others do not tell of it.
        overflows=state.overflows + jnp.sum(env_state.metrics.get("overflow", jnp.zeros(()))),
    )


def _episode_sums(env_state: State) -> Metrics:
    """Sums over the episodes that ended in this step."""
    done, info = env_state.done, env_state.info
    return {
        "episodes": jnp.sum(done),
        "returns": jnp.sum(done * info["episode_return"]),
        "lengths": jnp.sum(done * info["episode_length"]),
        "terminations": jnp.sum(info["termination"]),
    }


def make_update(parts: Parts) -> Phase:
    """Make the phases that sample and learn: the `updates_per_iteration` updates of an iteration."""
    config = parts.config
    count = config.updates_per_iteration
    together = max(n for n in range(1, min(count, UPDATES_PER_SAMPLE) + 1) if count % n == 0)
    learn = per_seed(make_learn(parts))

    def update(state: TrainState) -> tuple[TrainState, Metrics]:
        key, key_updates = jax.random.split(state.key)
        iteration = (
            state.step - config.warmup_iterations * config.num_envs
        ) // config.env_steps_per_iteration
        setting = Setting(state.normaliser, parts.epsilon(state), state.largest_reward_sum)

        def block(learner: Any, x: tuple[jax.Array, jax.Array]) -> tuple[Any, Metrics]:
            key_block, first = x
            key_sample, key_learn = jax.random.split(key_block)
            rows = parts.replay.sample(state.buffer, key_sample, (together, config.batch_size))
            indices = (iteration - 1) * count + first + jnp.arange(together)
            return learn(learner, setting, key_learn, rows, indices)

        xs = (jax.random.split(key_updates, count // together), jnp.arange(0, count, together))
        learner, metrics = jax.lax.scan(block, state.learner, xs)
        return state.replace(key=key, learner=learner), jax.tree.map(jnp.nanmean, metrics)

    return update


def make_learn(parts: Parts) -> Callable[..., tuple[Any, Metrics]]:
    """Make the scan of updates over rows with leading axes `(updates, batch_size)`."""

    def learn(
        learner: Any, setting: Setting, key: jax.Array, rows: Transition, indices: jax.Array
    ) -> tuple[Any, Metrics]:
        def one(learner: Any, x: tuple[jax.Array, Transition, jax.Array]) -> tuple[Any, Metrics]:
            key_one, transitions, index = x
            key_draw, key_update = jax.random.split(key_one)
            batch = make_batch(parts, learner, setting, key_draw, transitions)
            return parts.algorithm.update(
                learner, key_update, batch, largest_sum=setting.largest_sum, index=index
            )

        return jax.lax.scan(one, learner, (jax.random.split(key, len(indices)), rows, indices))

    return learn


def make_batch(parts: Parts, learner: Any, setting: Setting, key: jax.Array, rows: Transition) -> Batch:
    """Transitions as an update sees them: normalised, and with the mask of the current epsilon at both ends.

    By the Bernoulli semantics each end is masked with probability epsilon anew: what the policy would do
    now, not what it did then. (Held for an episode, both ends would share their draw; the critic, which does
    not see the draw, learns the mean over it either way.)
    """
    draws = jax.random.uniform(key, (2, *rows.reward.shape))
    seen, next_seen = (normalised(setting.normaliser, x) for x in (rows.observation, rows.next_observation))
    here = Situation(seen, rows.suggestion, setting.epsilon, draws[0])
    there = Situation(next_seen, rows.next_suggestion, setting.epsilon, draws[1])
    return Batch(
        observation=seen,
        action=rows.action,
        reward=rows.reward,
        discount=rows.discount,
        next_observation=next_seen,
        interval=parts.mask.interval(rows.suggestion, parts.grip(here, learner)),
        next_interval=parts.mask.interval(rows.next_suggestion, parts.grip(there, learner)),
    )


def make_report(parts: Parts) -> Callable[[TrainState, Metrics, Metrics], Metrics]:
    """Make one number per name for a chunk, from values with leading axis `iterations` of its phases."""

    def report(state: TrainState, updates: Metrics, steps: Metrics) -> Metrics:
        names = ("episodes", "returns", "lengths", "terminations")
        sums = {name: jnp.sum(steps[name]) for name in names}
        seen = normalised(state.normaliser, state.env_state.obs)
        action = parts.algorithm.policy(parts.algorithm.policy_parameters(state.learner), seen)
        # NaN where no episode ended: a mean of nothing is not zero.
        return {
            **jax.tree.map(jnp.nanmean, updates),
            **{name: jnp.mean(value) for name, value in steps.items() if name not in names},
            "mask/epsilon": parts.epsilon(state),
            "mask/distance": jnp.mean(jnp.abs(action - state.suggestion.centre)),
            "train/env_steps": state.step,
            "train/largest_reward_sum": state.largest_reward_sum,
            "episode/count": sums["episodes"],
            "episode/return_mean": sums["returns"] / sums["episodes"],
            "episode/length_mean": sums["lengths"] / sums["episodes"],
            "episode/termination_share": sums["terminations"] / sums["episodes"],
            # Since the start of the run, warm-up included.
            "data/return_mean": state.episode_returns / state.episodes,
            "data/coverage": parts.coverage.count(state.coverage),
            "physics/faults": state.faults,
            "physics/overflows": state.overflows,
        }

    return report
