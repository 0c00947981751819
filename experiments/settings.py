"""Settings by name: a preset, and what is changed of it, such as `camel+mask.kind=clip+n_step=3`."""

from __future__ import annotations

import ast
import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from camel_jax import TrainConfig
from camel_jax.presets import preset
from envs import InputError, unknown


def read_settings(text: str) -> TrainConfig:
    """The settings that `PRESET` or `PRESET+FIELD=VALUE+...` names.

    A field of a nested part has its path, `mask.width=0.2`. Where a part may be of several kinds, the kind is
    named and has its defaults: `algorithm.critic=twin`. Whether the settings go together is not checked here.

    Raises:
        InputError: unknown preset or field, or a value of another type.
    """
    name, *changes = text.split("+")
    settings = preset(name)
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals:
            raise InputError(f"{change!r} of {text!r} is no FIELD=VALUE, such as mask.kind=clip")
        if path not in (known := _paths(settings)):
            raise unknown("setting", path, known)
        settings = _changed(settings, path, path.split("."), value)
    return settings


def _changed(settings: Any, path: str, names: list[str], text: str) -> Any:
    """`settings` with the field at `names`, called `path` by the user, changed to what the text says."""
    name, *rest = names
    if rest:
        value = _changed(getattr(settings, name), path, rest, text)
    else:
        value = _value(path, text, get_type_hints(type(settings))[name])
    return dataclasses.replace(settings, **{name: value})


def _value(path: str, text: str, hint: Any) -> Any:
    kinds = {_kind(choice): choice for choice in _choices(hint) if dataclasses.is_dataclass(choice)}
    if kinds:
        if text not in kinds:
            raise unknown(path, text, kinds)
        return kinds[text]()
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if not any(_fits(value, choice) for choice in _choices(hint)):
        raise InputError(f"{path} is {text}; it must be {_words(hint)}")
    return value


def _kind(part: Any) -> str:
    """What a part's class is called here: categorical for CategoricalConfig."""
    return part.__name__.removesuffix("Config").lower()


def _choices(hint: Any) -> tuple[type[Any], ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return isinstance(value, tuple) and all(_fits(entry, inner[0]) for entry in value)
        return isinstance(value, tuple) and len(value) == len(inner) and all(map(_fits, value, inner))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is hint


def _words(hint: Any) -> str:
    """A type as people write its values."""
    words = {
        int: "a whole number",
        float: "a number",
        bool: "True or False",
        str: "a name",
        types.NoneType: "None",
    }

    def one(choice: Any) -> str:
        if get_origin(choice) is Literal:
            return " or ".join(str(value) for value in get_args(choice))
        return words.get(choice, "several in parentheses, such as (1, 2)")

    return " or ".join(one(choice) for choice in _choices(hint))


def _paths(settings: Any, prefix: str = "") -> list[str]:
    """Every field that can be changed, by its path."""
    paths = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        paths.append(prefix + field.name)
        if dataclasses.is_dataclass(value):
            paths += _paths(value, f"{prefix}{field.name}.")
    return paths
