"""One training run, from its settings to a folder that holds all it found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich.console import Console

import camel_jax
import envs
import priors
from camel_jax import GymnasiumEvaluator, Policy, Report, TrainResult, checkpoint, make_epsilon
from camel_jax.evaluate import GymnasiumEvaluation
from camel_jax.render import render_gif
from camel_jax.train import check
from experiments import run_folder
from experiments.figures import training_curve
from experiments.progress import ProgressReporter
from experiments.run_folder import Run

FINAL_EPISODES = 20
_CURVE_EPISODES = 3
# Apart from each other, so that no episode is judged twice: the curve's, the prior's and the final ones.
_CURVE_SEED, _PRIOR_SEED, FINAL_SEED = 10_000, 20_000, 30_000


@dataclass
class _Curve:
    """Rows of the learning curve, one a chunk, with evaluated policies judged in Gymnasium too."""

    judge: GymnasiumEvaluator
    folder: Path
    rows: list[dict[str, float]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def add(self, report: Report) -> None:
        """Write a chunk's metrics; where it was evaluated, judge it in Gymnasium too."""
        row: dict[str, float] = {**report.metrics, "time/seconds": time.monotonic() - self.started}
        point = {"env_steps": row["train/env_steps"], "epsilon": row["mask/epsilon"]}
        if report.evaluation is not None:
            parameters = report.loop.algorithm.policy_parameters(report.state.learner)
            returns = self.judge(parameters, (), seed=_CURVE_SEED).returns
            row["gymnasium/return_mean"] = float(returns.mean())
            point |= {
                "return_mean": row["evaluation/return_mean"],
                "return_std": row["evaluation/return_std"],
                "gymnasium_return_mean": row["gymnasium/return_mean"],
            }
        self.rows.append(point)
        run_folder.append_row(self.folder / run_folder.METRICS, row)


def judge(gymnasium_id: str, policy: Policy, *, seed: int) -> GymnasiumEvaluation:
    """`FINAL_EPISODES` episodes of a policy in Gymnasium's own environment."""
    evaluator = GymnasiumEvaluator(gymnasium_id, policy.step, episodes=FINAL_EPISODES)
    return evaluator(policy.parameters, policy.carry, seed=seed)


def run(settings: Run, folder: Path, console: Console) -> dict[str, Any]:
    """Train, judge, draw and save; returns what `result.json` holds.

    Nothing is written before the settings have been found possible.

    Raises:
        InputError: unknown task or prior, impossible settings, or a folder that exists or cannot be made.
    """
    env, prior = build(settings)
    spec = envs.spec(settings.task)
    run_folder.create(folder)
    run_folder.write_json(folder / run_folder.CONFIG, run_folder.describe(settings))

    prior_judged = None
    if prior is not None:
        prior_judged = judge(spec.gymnasium_id, camel_jax.prior_alone(prior), seed=_PRIOR_SEED)
    started = time.monotonic()
    result, curve = _train(env, prior, settings, folder, console)
    train_seconds = time.monotonic() - started
    final = judge(spec.gymnasium_id, result.policy, seed=FINAL_SEED)
    last = judge(spec.gymnasium_id, result.last_policy, seed=FINAL_SEED)
    summary = _summary(settings, result, _Judged(final, last, prior_judged), train_seconds)

    checkpoint.save(folder / run_folder.CHECKPOINT, result.state)
    run_folder.write_json(folder / run_folder.RESULT, summary)
    tuned_for = summary["prior_tuning_env_steps"]
    training_curve(
        folder / "curve.png",
        title=f"{settings.task}, prior {settings.prior}, seed {settings.config.seed}",
        subtitle=f"{tuned_for:,} more env steps tuned the prior before this run" if tuned_for else None,
        curve=curve.rows,
        prior_return=summary["prior_return_mean"],
        # The star stands where the policy was found, which need not be the end.
        final={**summary, "env_steps": result.step},
    )
    summary["rendered_with"] = draw(env, final, folder / "policy.gif")
    run_folder.write_json(folder / run_folder.RESULT, summary)
    return summary


def build(settings: Run) -> tuple[envs.Env, priors.Prior | None]:
    """The environment and the prior of a run; checks every setting.

    Raises:
        InputError: unknown task or prior, or impossible settings.
    """
    env = envs.make(settings.task)
    prior = None if settings.prior == "none" else load_prior(settings.prior, envs.spec(settings.task))
    check(settings.config)
    return env, prior


def load_prior(name: str, spec: envs.TaskSpec) -> priors.Prior:
    """A prior of the library by name, or of a program file by its path."""
    if name.endswith(".py"):
        return priors.load_file(
            Path(name), observation_size=spec.observation_size, action_size=spec.action_size
        )
    return priors.load(name)


def tuning_steps(prior: str) -> int:
    """Environment steps that tuned a prior of the library before it shipped, as its provenance says."""
    if prior not in priors.names():
        return 0
    return int((priors.provenance(prior)["tuning"] or {"env_steps": 0})["env_steps"])


def draw(
    env: Any, judged: GymnasiumEvaluation, path: Path, *, width: int = 480, max_frames: int = 300
) -> str:
    """A GIF of the first judged episode; returns what drew it."""
    return render_gif(
        env.unwrapped.physics.model,
        judged.qpos,
        path,
        time_step=env.unwrapped.spec.time_step,
        width=width,
        height=3 * width // 4,
        max_frames=max_frames,
    )


def _train(
    env: envs.Env, prior: priors.Prior | None, settings: Run, folder: Path, console: Console
) -> tuple[TrainResult, _Curve]:
    config = settings.config
    curve: _Curve | None = None

    with ProgressReporter(config.total_env_steps, console) as progress:

        def on_report(report: Report) -> None:
            nonlocal curve
            if curve is None:
                gymnasium_id = envs.spec(settings.task).gymnasium_id
                judge = GymnasiumEvaluator(gymnasium_id, report.loop.policy, episodes=_CURVE_EPISODES)
                epsilon = 0.0 if prior is None else float(make_epsilon(config.epsilon)(0))
                curve = _Curve(judge, folder, rows=[{"env_steps": 0.0, "epsilon": epsilon}])
            curve.add(report)
            progress.update(report.metrics)

        result = camel_jax.train(env, prior, config, on_report=on_report)
    assert curve is not None  # a run has at least one chunk
    return result, curve


class _Judged(NamedTuple):
    """The policies of a run in Gymnasium: the one that is kept, the one at its end, the prior alone."""

    final: GymnasiumEvaluation
    last: GymnasiumEvaluation
    prior: GymnasiumEvaluation | None


def _summary(
    settings: Run,
    result: TrainResult,
    judged: _Judged,
    train_seconds: float,
) -> dict[str, Any]:
    """What `result.json` holds: returns in Gymnasium, of the agent alone and of the prior alone.

    `return_*` are of the policy that is kept, `last_return_*` of the one at the run's end.
    """
    env_steps = int(result.state.step)
    final, last, prior = judged
    return {
        "task": settings.task,
        "prior": settings.prior,
        "seed": settings.config.seed,
        "return_mean": float(final.returns.mean()),
        "return_std": float(final.returns.std()),
        "returns": final.returns.tolist(),
        "length_mean": float(final.lengths.mean()),
        "episodes": len(final.returns),
        "last_return_mean": float(last.returns.mean()),
        "last_return_std": float(last.returns.std()),
        "prior_return_mean": None if prior is None else float(prior.returns.mean()),
        "prior_return_std": None if prior is None else float(prior.returns.std()),
        "prior_tuning_env_steps": tuning_steps(settings.prior),
        "env_steps": env_steps,
        "policy_step": result.step,
        "policy_selection": "best in-graph evaluation of the agent alone, judged on other episodes",
        "train_seconds": train_seconds,
        "steps_per_second": env_steps / train_seconds,
        "device": jax.devices()[0].device_kind,
    }
