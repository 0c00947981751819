"""Programs that a model has written, with where each comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

_ID = re.compile(r"(?:g(\d+)_)?(\d+)(?:r(\d+))?")


@dataclass(frozen=True)
class Source:
    """What all candidates of a folder have in common; a folder holds those of one source.

    Attributes:
        task: name of the task.
        model: the model, as litellm calls it.
        api_base: address of the server without credentials; None for the provider's own.
        temperature: of the sampling; None where the model takes none.
        seed: of the first sample; None where the model takes none.
        prompt_sha256: SHA-256 of the conversation that asks for a program.
    """

    task: str
    model: str
    api_base: str | None
    temperature: float | None
    seed: int | None
    prompt_sha256: str


@dataclass(frozen=True)
class Candidate:
    """One answer of a model, and what became of it.

    Attributes:
        id: round, sample and repair, such as "003", "003r1" and, from the first round of refinement on,
            "g1_003"; the program lies in `<id>.py`.
        source: task, model, prompt and settings.
        parent: the candidate that this one repairs or refines; None for a first answer.
        repairs: how many answers to the same sample were refused before.
        seed: the seed of this answer; None where the model takes none.
        max_tokens: most tokens that it could have; None if the journal does not tell.
        asked_sha256: SHA-256 of the conversation that it answers.
        reply: the whole answer.
        finish_reason: why it ended, as the service says.
        program: the text that is translated; empty if it was refused.
        errors: why it was refused, as the model is told; empty if it was translated.
        tokens_in: tokens of the question; None if the service does not count them.
        tokens_out: tokens of the answer, likewise.
        cost: dollars; None if no price is known.
        when: time of the answer, UTC, ISO 8601.
    """

    id: str
    source: Source
    parent: str | None
    repairs: int
    seed: int | None
    max_tokens: int | None
    asked_sha256: str
    reply: str
    finish_reason: str | None
    program: str
    errors: str
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    when: str

    @property
    def translated(self) -> bool:
        """Whether it is a program."""
        return bool(self.program)

    @property
    def sample(self) -> int:
        """Which of the samples it answers, from 0."""
        return _id_parts(self.id)[1]

    @property
    def round(self) -> int:
        """The round of refinement that it comes from; 0 for a first answer."""
        return _id_parts(self.id)[0]


def candidate_id(sample: int, repairs: int, round_number: int = 0) -> str:
    """Name of the answer to a sample of a round, both from 0, after a number of repairs."""
    before = f"g{round_number}_" if round_number else ""
    return f"{before}{sample:03d}" + (f"r{repairs}" if repairs else "")


def _id_parts(name: str) -> tuple[int, int, int]:
    """Round, sample and repairs of a candidate."""
    found = _ID.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} is no name of a candidate")
    round_number, sample, repairs = (int(part or 0) for part in found.groups())
    return round_number, sample, repairs


def provenance(candidate: Candidate) -> dict[str, Any]:
    """Where a candidate comes from, in the form in which the library tells it of its programs."""
    source = candidate.source
    return {
        "task": source.task,
        "description": f"An answer of {source.model}, not judged yet.",
        "written_by": f"{source.model}, asked by `camel-jax generate` on {candidate.when[:10]}",
        "generation": {
            **asdict(source),
            **{
                name: getattr(candidate, name)
                for name in ("id", "parent", "repairs", "seed", "max_tokens", "when", "asked_sha256")
            },
            **{name: getattr(candidate, name) for name in ("tokens_in", "tokens_out", "cost")},
        },
    }


def of_records(records: Iterable[dict[str, Any]], source: Source) -> Iterator[Candidate]:
    """The answers in a journal's records that have an outcome, in the order in which they came."""
    records = list(records)
    outcomes = {record["id"]: record for record in records if record["record"] == "outcome"}
    for record in records:
        if record["record"] != "reply" or record["id"] not in outcomes:
            continue
        outcome = outcomes[record["id"]]
        yield Candidate(
            id=record["id"],
            source=source,
            parent=record["parent"],
            repairs=_id_parts(record["id"])[2],
            seed=None if source.seed is None else record["seed"],
            max_tokens=record.get("max_tokens"),
            asked_sha256=record["asked_sha256"],
            reply=record["text"],
            finish_reason=record["finish_reason"],
            program=outcome["program"],
            errors=outcome["errors"],
            tokens_in=record["tokens_in"],
            tokens_out=record["tokens_out"],
            cost=record["cost"],
            when=record["when"],
        )
