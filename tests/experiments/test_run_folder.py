"""A run folder: what is read is what was written, whatever learns."""

import dataclasses
import json

import pytest

from camel_jax import (
    CategoricalConfig,
    GaussianConfig,
    MaskConfig,
    SACConfig,
    TD3Config,
    TrainConfig,
    TwinConfig,
)
from camel_jax.presets import PRESETS
from envs import InputError
from experiments import run_folder
from experiments.run_folder import Run

CRITICS = (TwinConfig(), GaussianConfig(), CategoricalConfig())
ALGORITHMS = [kind(critic=critic) for kind in (SACConfig, TD3Config) for critic in CRITICS]


def again(folder, config):
    """The settings of a run as its folder tells of them."""
    run_folder.write_json(folder / run_folder.CONFIG, run_folder.describe(Run("hopper", "none", config)))
    return run_folder.read(folder).config


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_read_as_they_were_written(name, tmp_path):
    assert again(tmp_path, PRESETS[name]) == PRESETS[name]


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=repr)
def test_every_learner_is_read_as_it_was_written(algorithm, tmp_path):
    config = TrainConfig(algorithm=algorithm, mask=MaskConfig(width=(0.1, 0.2, 0.3)), updates_per_step=2)
    assert again(tmp_path, config) == config


def test_a_file_of_before_gives_new_settings_their_defaults(tmp_path):
    run_folder.write_json(
        tmp_path / "config.json", {"task": "hopper", "prior": "none", "config": {"seed": 3}}
    )
    assert run_folder.read(tmp_path).config == TrainConfig(seed=3)


@pytest.mark.parametrize(
    ("change", "place"),
    [({"frames": 4}, "config.frames is 4"), ({"mask": {"glue": "much"}}, "config.mask.glue is 'much'")],
)
def test_a_setting_that_is_not_known_is_told_and_not_dropped(change, place, tmp_path):
    written = dataclasses.asdict(TrainConfig())
    mask = written["mask"] | change.pop("mask", {})
    written = written | change | {"mask": mask}
    run_folder.write_json(tmp_path / "config.json", {"task": "hopper", "prior": "none", "config": written})
    with pytest.raises(InputError, match=f"config.json has a setting that is not known here: {place}"):
        run_folder.read(tmp_path)


def test_what_stands_in_the_way_is_found_before_and_told(tmp_path):
    (tmp_path / "x.json.new").mkdir()
    for use in (run_folder.require_writable, lambda path: run_folder.write_json(path, [])):
        with pytest.raises(InputError, match=r"x\.json(\.new)? cannot be written .Is a directory."):
            use(tmp_path / "x.json")


def test_a_file_is_replaced_at_once(tmp_path):
    """Whoever holds the old one reads it to its end; a device is written as it is."""
    path = tmp_path / "x.json"
    run_folder.write_json(path, [1])
    with path.open() as old:
        run_folder.write_json(path, [2])
        assert json.load(old) == [1]
    assert json.loads(path.read_text()) == [2]
    assert list(tmp_path.iterdir()) == [path]
    link = tmp_path / "link.json"
    link.symlink_to(path)
    run_folder.write_json(link, [4])
    assert link.is_symlink()
    assert json.loads(path.read_text()) == [4]
    (tmp_path / "null").symlink_to("/dev/null")
    run_folder.write_json(tmp_path / "null", [3])
    assert (tmp_path / "null").is_symlink()
