"""Settings by name: a preset and changes to it."""

import dataclasses

import pytest

from camel_jax import TrainConfig
from camel_jax.critics import TwinConfig
from camel_jax.presets import preset
from camel_jax.td3 import TD3Config
from envs import InputError
from experiments.settings import read_settings


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("n_step=3", "n_step", 3),
        ("updates_per_step=2", "updates_per_step", 2),
        ("normalise_observations=True", "normalise_observations", True),
        ("buffer_size=None", "buffer_size", None),
        ("buffer_size=5000", "buffer_size", 5000),
        ("mask.kind=clip", "mask.kind", "clip"),
        ("mask.width=(0.1, 0.2, 1)", "mask.width", (0.1, 0.2, 1)),
        ("epsilon.points=((0, 1.0), (50, 0.5))", "epsilon.points", ((0, 1.0), (50, 0.5))),
        ("algorithm=td3", "algorithm", TD3Config()),
        ("algorithm.critic=twin", "algorithm.critic", TwinConfig()),
        ("algorithm.critic.hidden=(8,)", "algorithm.critic.hidden", (8,)),
    ],
)
def test_one_field_is_changed_and_no_other(text, path, value):
    changed, expected = read_settings(f"camel+{text}"), preset("camel")
    assert changed == replaced(expected, path.split("."), value)


def replaced(settings, names, value):
    name, *rest = names
    return dataclasses.replace(
        settings, **{name: replaced(getattr(settings, name), rest, value) if rest else value}
    )


def test_changes_are_made_in_turn():
    settings = read_settings("sac+algorithm.critic=twin+algorithm.critic.hidden=(16,)+seed=3")
    expected = dataclasses.replace(preset("sac").algorithm, critic=TwinConfig(hidden=(16,)))
    assert settings == dataclasses.replace(preset("sac"), algorithm=expected, seed=3)
    assert read_settings("camel") == TrainConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("camle+n_step=3", r"unknown preset 'camle'.* Did you mean 'camel'\?"),
        ("camel+n_step", r"'n_step' of 'camel\+n_step' is no FIELD=VALUE"),
        ("camel+mask.knd=clip", r"unknown setting 'mask.knd'.* Did you mean 'mask.kind'\?"),
        ("camel+mask.kind.clip=1", "unknown setting 'mask.kind.clip'"),
        ("camel+=1", "unknown setting ''"),
        ("camel+mask.kind=slip", "mask.kind is slip; it must be generator or distributional or clip"),
        ("camel+n_step=1.5", "n_step is 1.5; it must be a whole number"),
        ("camel+n_step=True", "n_step is True; it must be a whole number"),
        ("camel+discount=True", "discount is True; it must be a number"),
        ("camel+discount=often", "discount is often; it must be a number"),
        ("camel+buffer_size=all", "buffer_size is all; it must be a whole number or None"),
        ("camel+normalise_observations=1", "normalise_observations is 1; it must be True or False"),
        ("camel+algorithm.hidden=128", r"algorithm.hidden is 128; .* several in parentheses"),
        ("camel+epsilon.points=((0, 1.0, 2),)", "epsilon.points is"),
        ("camel+algorithm.critic=twins", r"unknown algorithm.critic 'twins'.* Did you mean 'twin'\?"),
        ("camel+mask=clip", "unknown mask 'clip'; choose from: mask"),
    ],
)
def test_what_is_no_setting_is_named(text, message):
    with pytest.raises(InputError, match=message):
        read_settings(text)
