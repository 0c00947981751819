"""One training run, from its settings to a folder that holds all it found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich.console import Console

import envs
import priors
from camel_jax import (
    GymnasiumEvaluator,
    Loop,
    Policy,
    Report,
    TrainResult,
    checkpoint,
    make_loop,
    prior_alone,
    run_loop,
)
from camel_jax.evaluate import GymnasiumEvaluation
from camel_jax.render import render_gif
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

    evaluator: GymnasiumEvaluator
    file: Path
    rows: list[dict[str, float]]
    started: float = field(default_factory=time.monotonic)

    def add(self, report: Report) -> None:
        """Write a chunk's metrics; where it was evaluated, judge it in Gymnasium too."""
        row: dict[str, float] = {**report.metrics, "time/seconds": time.monotonic() - self.started}
        point = {"env_steps": row["train/env_steps"], "epsilon": row["mask/epsilon"]}
        if report.evaluation is not None:
            parameters = report.loop.algorithm.policy_parameters(report.state.learner)
            returns = self.evaluator(parameters, (), seed=_CURVE_SEED).returns
            row["gymnasium/return_mean"] = float(returns.mean())
            point |= {
                "return_mean": row["evaluation/return_mean"],
                "return_std": row["evaluation/return_std"],
                "gymnasium_return_mean": row["gymnasium/return_mean"],
            }
        self.rows.append(point)
        run_folder.append_row(self.file, row)


class _Judged(NamedTuple):
    """The policies of a run in Gymnasium: the one that is kept, the one at its end, the prior alone."""

    final: GymnasiumEvaluation
    last: GymnasiumEvaluation
    prior: GymnasiumEvaluation | None


def run(settings: Run, folder: Path, console: Console) -> dict[str, Any]:
    """Train, judge, draw and save; returns what `result.json` holds and what drew the picture.

    Nothing is written before the settings have been found possible.

    Raises:
        InputError: unknown task or prior, impossible settings, or a folder that exists or cannot be made.
        PriorError: the prior's program cannot be translated.
    """
    env = envs.make(settings.task, settings.physics, model=settings.model, contacts=settings.contacts)
    spec = envs.spec(settings.task)
    prior = None if settings.prior == "none" else load_prior(settings.prior, spec)
    loop = make_loop(env, prior, settings.config)
    run_folder.create(folder)
    engine = {"engine": env.backend, "deviations": env.unwrapped.deviations}
    run_folder.write_json(folder / run_folder.CONFIG, {**run_folder.describe(settings), **engine})
    if prior is not None:
        (folder / run_folder.PRIOR).write_text(prior.source)

    prior_judged = None if prior is None else judge(spec, prior_alone(prior), seed=_PRIOR_SEED)
    started = time.monotonic()
    result, curve = _train(loop, settings, folder, console)
    train_seconds = time.monotonic() - started
    trouble = _trouble(result, console)
    judged = _Judged(
        final=judge(spec, result.policy, seed=FINAL_SEED),
        last=judge(spec, result.last_policy, seed=FINAL_SEED),
        prior=prior_judged,
    )
    summary = {**_summary(settings, result, judged, train_seconds), **engine, **trouble}
    run_folder.write_json(folder / run_folder.RESULT, summary)
    checkpoint.save(folder / run_folder.CHECKPOINT, result.state)
    _draw_curve(folder / run_folder.CURVE, settings, curve, summary)
    return {**summary, "rendered_with": draw(env, judged.final, folder / run_folder.PICTURE)}


def load_prior(name: str, spec: envs.TaskSpec) -> priors.FunctionPrior:
    """A prior of the library by name, or of a program file by its path."""
    if name.endswith(".py"):
        return priors.load_file(
            Path(name), observation_size=spec.observation_size, action_size=spec.action_size
        )
    return priors.load(name)


def judge(spec: envs.TaskSpec, policy: Policy, *, seed: int) -> GymnasiumEvaluation:
    """`FINAL_EPISODES` episodes of a policy in Gymnasium's own environment."""
    evaluator = GymnasiumEvaluator(spec.gymnasium_id, policy.step, episodes=FINAL_EPISODES)
    return evaluator(policy.parameters, policy.carry, seed=seed)


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


def _train(loop: Loop, settings: Run, folder: Path, console: Console) -> tuple[TrainResult, _Curve]:
    evaluator = GymnasiumEvaluator(
        envs.spec(settings.task).gymnasium_id, loop.policy, episodes=_CURVE_EPISODES
    )
    start = {"env_steps": 0.0, "epsilon": float(loop.epsilon(0))}
    curve = _Curve(evaluator, folder / run_folder.METRICS, rows=[start])
    with ProgressReporter(settings.config.total_env_steps, console) as progress:

        def on_report(report: Report) -> None:
            curve.add(report)
            progress.update(report.metrics)

        return run_loop(loop, settings.config, on_report=on_report), curve


def _trouble(result: TrainResult, console: Console) -> dict[str, int]:
    """How often the physics broke down or ran out of room while training; told where it did."""
    counts = {
        name: int(sum(row[f"physics/{name}"] for row in result.history)) for name in ("faults", "overflows")
    }
    if counts["faults"]:
        console.print(
            f"{counts['faults']:,} simulations became unstable while training; each was reset alone, and "
            "nothing of it was learned from"
        )
    if counts["overflows"]:
        console.print(
            f"the physics dropped contacts or constraints in {counts['overflows']:,} environment steps for "
            "lack of room: raise --contacts on warp, or <size memory> in the model on c"
        )
    return {f"physics_{name}": count for name, count in counts.items()}


def _summary(settings: Run, result: TrainResult, judged: _Judged, train_seconds: float) -> dict[str, Any]:
    """What `result.json` holds: returns in Gymnasium, of the agent alone and of the prior alone.

    `return_*` are of the policy that is kept, `last_return_*` of the one at the run's end.
    """
    env_steps = int(result.state.step)
    final, last, prior = judged
    return {
        "task": settings.task,
        "prior": settings.prior,
        "seed": settings.config.seed,
        "return_mean": final.returns.mean(),
        "return_std": final.returns.std(),
        "returns": final.returns,
        "length_mean": final.lengths.mean(),
        "episodes": len(final.returns),
        "last_return_mean": last.returns.mean(),
        "last_return_std": last.returns.std(),
        "prior_return_mean": None if prior is None else prior.returns.mean(),
        "prior_return_std": None if prior is None else prior.returns.std(),
        "prior_tuning_env_steps": _tuning_steps(settings.prior),
        "env_steps": env_steps,
        "policy_step": result.step,
        "policy_selection": "best in-graph evaluation of the agent alone, judged on other episodes",
        "train_seconds": train_seconds,
        "steps_per_second": env_steps / train_seconds,
        "device": jax.devices()[0].device_kind,
    }


def _tuning_steps(prior: str) -> int:
    """Environment steps that tuned a prior of the library before it shipped, as its provenance says."""
    if prior not in priors.names():
        return 0
    return int((priors.provenance(prior)["tuning"] or {"env_steps": 0})["env_steps"])


def _draw_curve(path: Path, settings: Run, curve: _Curve, summary: dict[str, Any]) -> None:
    tuned_for = summary["prior_tuning_env_steps"]
    training_curve(
        path,
        title=f"{settings.task}, prior {settings.prior}, seed {settings.config.seed}",
        subtitle=f"{tuned_for:,} more env steps tuned the prior before this run" if tuned_for else None,
        curve=curve.rows,
        prior_return=summary["prior_return_mean"],
        # The star stands where the policy was found, which need not be the end.
        final={**summary, "env_steps": summary["policy_step"]},
    )
