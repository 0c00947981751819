"""One training run, from its settings to a folder that holds all it found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich.console import Console

import envs
from camel_jax import (
    Checkpoints,
    GymnasiumEvaluator,
    Loop,
    Policy,
    Report,
    TrainResult,
    TrainState,
    make_loop,
    prior_alone,
    result_of,
    run_loop,
)
from camel_jax.evaluate import GymnasiumEvaluation
from camel_jax.memory import require_memory
from camel_jax.render import render_gif
from experiments import run_folder
from experiments.figures import training_curve
from experiments.prior_files import load_prior, provenance_of, tuning_steps
from experiments.progress import ProgressReporter, refused_priors
from experiments.run_folder import Run
from experiments.signals import StopRequest
from experiments.sinks import Sink, import_wandb, open_sinks

FINAL_EPISODES = 20
_CURVE_EPISODES = 3
# Apart from each other, so that no episode is judged twice: the curve's, the prior's and the final ones.
_CURVE_SEED, PRIOR_SEED, FINAL_SEED = 10_000, 20_000, 30_000


class Stopped(Exception):  # noqa: N818 - a stop that was asked for is no error
    """A signal stopped the run before its end; it was saved and can be resumed.

    Attributes:
        signal: its name, such as SIGTERM.
        env_steps: environment steps that were saved.
    """

    def __init__(self, signal: str, env_steps: int):
        super().__init__(signal)
        self.signal = signal
        self.env_steps = env_steps


@dataclass(frozen=True)
class Outputs:
    """What a run writes beside its result.

    Attributes:
        save_every: environment steps between two checkpoints.
        tensorboard: also write event files for TensorBoard.
        wandb: also write a run of Weights & Biases, offline unless WANDB_MODE says otherwise.
    """

    save_every: int = 10_000
    tensorboard: bool = True
    wandb: bool = False

    def check(self) -> None:
        """Find out what is impossible before anything is written.

        Raises:
            InputError: names the field.
        """
        if self.save_every < 1:
            raise envs.InputError(f"save_every is {self.save_every}; it must be at least 1")
        if self.wandb:
            import_wandb()


@dataclass
class _Recorder:
    """Writes the row of every chunk; where it was evaluated, judges the policy in Gymnasium too."""

    evaluator: GymnasiumEvaluator
    sink: Sink
    seconds_before: float
    started: float = field(default_factory=time.monotonic)
    last: tuple[float, float] | None = None

    def add(self, report: Report) -> None:
        """Write a chunk's metrics."""
        seconds = self.seconds_before + time.monotonic() - self.started
        steps = report.metrics["train/env_steps"]
        row: dict[str, float] = {**report.metrics, "time/seconds": seconds}
        if self.last:  # the first chunk also compiles
            row["time/env_steps_per_second"] = (steps - self.last[0]) / (seconds - self.last[1])
        if report.evaluation is not None:
            returns = self.evaluator(report.loop.parameters(report.state), (), seed=_CURVE_SEED).returns
            row["gymnasium/return_mean"] = float(returns.mean())
        self.sink.write(row)
        self.last = steps, self.seconds_before + time.monotonic() - self.started


class _Judged(NamedTuple):
    """The policies of a run in Gymnasium: the one that is kept, the one at its end, the prior alone."""

    final: GymnasiumEvaluation
    last: GymnasiumEvaluation
    prior: GymnasiumEvaluation | None


def run(settings: Run, folder: Path, console: Console, outputs: Outputs | None = None) -> dict[str, Any]:
    """Train, judge, draw and save; returns what `result.json` holds and what drew the picture.

    Nothing is written before the settings have been found possible.

    Raises:
        InputError: unknown task or prior, impossible settings, or a folder that exists or cannot be made.
        PriorError: the prior's program cannot be translated.
        Stopped: a signal stopped it; `resume` goes on.
    """
    outputs = outputs or Outputs()
    outputs.check()
    env = _make_env(settings)
    spec = envs.spec(settings.task)
    prior = None if settings.prior == "none" else load_prior(settings.prior, spec)
    told = provenance_of(settings.prior)
    loop = make_loop(env, prior, settings.config)
    footprint = require_memory(loop)
    run_folder.create(folder)
    engine = {"engine": env.backend, "deviations": env.unwrapped.deviations}
    run_folder.write_json(folder / run_folder.CONFIG, {**run_folder.describe(settings), **engine})
    if prior is not None:
        (folder / run_folder.PRIOR).write_text(prior.source)
        run_folder.write_json(folder / run_folder.PRIOR_PROVENANCE, told)
    console.print(f"memory: {footprint}")
    return _train_and_judge(loop, settings, folder, console, outputs)


def resume(folder: Path, console: Console, outputs: Outputs | None = None) -> dict[str, Any]:
    """Go on with a run from its newest checkpoint, with the numbers of one that was never stopped.

    Raises:
        InputError: the folder holds no run, or all of its checkpoints are damaged.
        Stopped: a signal stopped it again.
    """
    outputs = outputs or Outputs()
    outputs.check()
    settings = run_folder.read(folder)
    loop = rebuild(folder, settings)
    console.print(f"memory: {require_memory(loop)}")  # it may have less than where the run began
    return _train_and_judge(loop, settings, folder, console, outputs)


def rebuild(folder: Path, settings: Run) -> Loop:
    """The parts of a run from its folder alone."""
    # The folder's own copy: the program that the run was started with may have changed since.
    spec = envs.spec(settings.task)
    prior = None if settings.prior == "none" else load_prior(str(folder / run_folder.PRIOR), spec)
    return make_loop(_make_env(settings), prior, settings.config)


def restore(folder: Path, loop: Loop, console: Console) -> TrainState | None:
    """The newest state of a run that is not damaged, None where nothing was saved; tells of damage."""
    restored = Checkpoints(folder / run_folder.CHECKPOINTS).restore_newest(jax.eval_shape(loop.init))
    if restored is None:
        return None
    for problem in restored.problems:
        console.print(f"{problem}; going back to step {restored.step:,}")
    return restored.state


def _make_env(settings: Run) -> envs.Env:
    return envs.make(settings.task, settings.physics, model=settings.model, contacts=settings.contacts)


def _train_and_judge(
    loop: Loop, settings: Run, folder: Path, console: Console, outputs: Outputs
) -> dict[str, Any]:
    spec, prior = envs.spec(settings.task), loop.parts.prior
    plain = settings.prior == "none"
    prior_judged = None if plain else judge(spec, prior_alone(prior), seed=PRIOR_SEED)
    result = _train(loop, settings, folder, console, outputs)
    trouble = _trouble(result, console)
    judged = _Judged(
        final=judge(spec, result.policy, seed=FINAL_SEED),
        last=judge(spec, result.last_policy, seed=FINAL_SEED),
        prior=prior_judged,
    )
    rows = run_folder.read_rows(folder / run_folder.METRICS)
    env = loop.parts.env.unwrapped
    engine = {"engine": env.backend, "deviations": env.deviations}
    tuned_for = 0 if plain else tuning_steps(str(folder / run_folder.PRIOR))
    summary = {**_summary(settings, loop, result, judged, rows[-1]["time/seconds"]), **engine, **trouble}
    summary["prior_tuning_env_steps"] = tuned_for
    run_folder.write_json(folder / run_folder.RESULT, summary)
    _draw_curve(folder / run_folder.CURVE, settings, rows, summary)
    return {**summary, "rendered_with": draw(env, judged.final, folder / run_folder.PICTURE)}


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


def _train(loop: Loop, settings: Run, folder: Path, console: Console, outputs: Outputs) -> TrainResult:
    evaluator = GymnasiumEvaluator(
        envs.spec(settings.task).gymnasium_id, loop.policy, episodes=_CURVE_EPISODES
    )
    state = restore(folder, loop, console)
    resume_from = 0 if state is None else int(state.step)
    if resume_from:
        console.print(f"going on from step {resume_from:,}")
    with (
        open_sinks(
            folder,
            tensorboard=outputs.tensorboard,
            wandb=outputs.wandb,
            resume_from=resume_from,
            name=folder.name,
            config=run_folder.describe(settings),
        ) as sink,
        ProgressReporter(settings.config.total_env_steps, console) as progress,
        StopRequest() as stop,
    ):
        before = run_folder.read_rows(folder / run_folder.METRICS)
        recorder = _Recorder(evaluator, sink, before[-1]["time/seconds"] if before else 0.0)

        def on_report(report: Report) -> None:
            recorder.add(report)
            progress.update(report)

        state, history, finished = run_loop(
            loop,
            state,
            on_report=on_report,
            checkpoints=Checkpoints(folder / run_folder.CHECKPOINTS),
            save_every=outputs.save_every,
            should_stop=lambda: stop.requested is not None,
        )
        if not finished:
            raise Stopped(str(stop.requested), int(state.step))
    return result_of(loop, state, history, finished)


def _trouble(result: TrainResult, console: Console) -> dict[str, int]:
    """How often the physics broke down or ran out of room while training; told where it did."""
    counts = {"faults": int(result.state.faults), "overflows": int(result.state.overflows)}
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


def _summary(
    settings: Run, loop: Loop, result: TrainResult, judged: _Judged, train_seconds: float
) -> dict[str, Any]:
    """What `result.json` holds: returns in Gymnasium, of the agent alone and of the prior alone.

    `return_*` are of the policy that is kept, `last_return_*` of the one at the run's end. `prior_refused`:
    whether the prior was let go of before the first step.
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
        "prior_refused": bool(refused_priors(loop, result.state)),
        "env_steps": env_steps,
        "policy_step": result.step,
        "policy_selection": "best in-graph evaluation of the agent alone, judged on other episodes",
        "train_seconds": train_seconds,
        "steps_per_second": env_steps / train_seconds,
        "device": jax.devices()[0].device_kind,
    }


def _draw_curve(path: Path, settings: Run, rows: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    tuned_for = summary["prior_tuning_env_steps"]
    curve = [
        {
            "env_steps": row["train/env_steps"],
            "epsilon": row["mask/epsilon"],
            "return_mean": row.get("evaluation/return_mean"),
            "return_std": row.get("evaluation/return_std"),
            "gymnasium_return_mean": row.get("gymnasium/return_mean"),
        }
        for row in rows
    ]
    training_curve(
        path,
        title=f"{settings.task}, prior {settings.prior}, seed {settings.config.seed}",
        subtitle=f"{tuned_for:,} more env steps tuned the prior before this run" if tuned_for else None,
        curve=curve,
        prior_return=summary["prior_return_mean"],
        # The star stands where the policy was found, which need not be the end.
        final={**summary, "env_steps": summary["policy_step"]},
    )
