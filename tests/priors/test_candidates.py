"""What a candidate is called, and what it tells of itself."""

import dataclasses

import pytest

from priors.candidates import Candidate, Source, candidate_id, of_records, provenance

SOURCE = Source("hopper", "test/model", None, 1.0, 0, "0" * 64)
REPLY = {
    **{"record": "reply", "call": 0, "id": "000", "parent": None, "seed": 7, "max_tokens": 100},
    "asked_sha256": "1" * 64,
    **{"text": "Here:\nx", "finish_reason": "stop", "tokens_in": 10, "tokens_out": 5, "cost": 0.5},
    "when": "2030-01-02T03:04:05+00:00",
}
OUTCOME = {"record": "outcome", "id": "000", "program": "x", "errors": ""}
EXAMPLE = Candidate(
    id="000",
    source=SOURCE,
    parent=None,
    repairs=0,
    seed=7,
    max_tokens=100,
    asked_sha256="1" * 64,
    reply="Here:\nx",
    finish_reason="stop",
    program="x",
    errors="",
    tokens_in=10,
    tokens_out=5,
    cost=0.5,
    when="2030-01-02T03:04:05+00:00",
)
NAMES = [
    (0, 0, 0, "000"),
    (12, 3, 0, "012r3"),
    (1000, 1, 0, "1000r1"),
    (3, 0, 12, "g12_003"),
    (3, 2, 1, "g1_003r2"),
]


@pytest.mark.parametrize(("sample", "repairs", "round_number", "name"), NAMES)
def test_names_tell_round_sample_and_repair(sample, repairs, round_number, name):
    assert candidate_id(sample, repairs, round_number) == name
    named = dataclasses.replace(EXAMPLE, id=name)
    assert (named.sample, named.round) == (sample, round_number)
    (read,) = of_records([{**REPLY, "id": name}, {**OUTCOME, "id": name}], SOURCE)
    assert read.repairs == repairs


def test_what_is_no_name_is_refused():
    with pytest.raises(ValueError, match="'x3' is no name of a candidate"):
        _ = dataclasses.replace(EXAMPLE, id="x3").sample


def test_a_candidate_is_an_answer_with_its_outcome():
    other = {**REPLY, "id": "001"}
    assert list(of_records([REPLY, other, OUTCOME], SOURCE)) == [EXAMPLE]
    assert EXAMPLE.translated
    assert not dataclasses.replace(EXAMPLE, program="").translated


def test_a_model_that_takes_no_seed_has_none_in_its_provenance():
    (read,) = of_records([REPLY, OUTCOME], dataclasses.replace(SOURCE, seed=None))
    assert provenance(read)["generation"]["seed"] is None


def test_its_provenance_has_the_form_of_the_librarys():
    about = provenance(EXAMPLE)
    assert about["task"] == "hopper"
    assert about["written_by"] == "test/model, asked by `camel-jax generate` on 2030-01-02"
    told = about["generation"]
    assert (told["prompt_sha256"], told["asked_sha256"]) == ("0" * 64, "1" * 64)
    assert (told["seed"], told["max_tokens"], told["cost"]) == (7, 100, 0.5)
