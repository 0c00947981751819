"""Runs policies that we wrote ourselves as plain Python: what translated programs must agree with."""

import ast
import functools
import importlib.util
import inspect
import re
from collections.abc import Callable

import jax
import numpy as np

Episode = Callable[[np.ndarray], np.ndarray]
"""`observation -> bounds`, float64, shapes `(observation_size,)` and `(2, action_size)`; it may remember."""

_FUNCTIONS = ("policy", "act", "get_action", "control", "controller", "compute_action", "predict")
_METHODS = (
    *("act", "__call__", "get_action", "policy", "predict", "compute_action", "control", "step", "forward"),
    "select_action",
)
_CLOCKS = {"t", "step", "steps", "k", "i", "timestep", "time_step", "step_count", "time"}
_MEMORIES = {"state", "memory", "carry", "mem", "hidden", "internal_state"}
_FIRST_MEMORIES = ("init_state", "initial_state", "init_memory", "initial_memory")
_OBSERVATION_SIZES = {"obs_dim", "observation_size", "observation_dim", "obs_size", "state_dim", "n_obs"}
_ACTION_SIZES = {"act_dim", "action_size", "action_dim", "act_size", "n_actions", "num_actions"}


def load(text: str, observation_size: int, action_size: int) -> Callable[[], Episode]:
    """A function that starts an episode of the policy in `text`, with nothing left of the episodes before.

    Raises:
        LookupError: the text has no policy.
    """
    tree = _without_missing_imports(ast.parse(_program(text)))
    code = compile(tree, "corpus", "exec")
    name = _entry(tree)

    @_doubles
    def episode() -> Episode:
        scope: dict = {"__name__": "corpus"}
        exec(code, scope)
        policy = scope[name]
        if inspect.isclass(policy):
            policy = policy(**_sizes(policy, observation_size, action_size))
        reset, act = scope.get("reset"), policy
        if not inspect.isfunction(policy):
            reset = getattr(policy, "reset", None)
            methods = {name for place in type(policy).__mro__ for name in vars(place)}
            act = getattr(policy, next(method for method in _METHODS if method in methods))
        if reset is not None and not _required(reset):
            reset()
        return _stepper(act, scope, action_size)

    return episode


def _doubles(function: Callable) -> Callable:
    """`function`, with jax.numpy in double precision too; NumPy's warnings say nothing here."""

    @functools.wraps(function)
    def wrapped(*arguments: object) -> object:
        with np.errstate(all="ignore"), jax.enable_x64(True):
            return function(*arguments)

    return wrapped


def _program(text: str) -> str:
    """The last fenced block of a reply, or the whole of a bare program."""
    fenced = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return fenced[-1] if fenced else text


def _without_missing_imports(tree: ast.Module) -> ast.Module:
    """Programs import what they never use, installed or not."""

    def missing(node: ast.stmt) -> bool:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        return any(importlib.util.find_spec(name.split(".")[0]) is None for name in names)

    tree.body = [node for node in tree.body if not missing(node)]
    return tree


def _entry(tree: ast.Module) -> str:
    """The name of the policy: never a helper of another function or class, if that can be told."""
    found: dict[str, set[str]] = {}
    for node in tree.body:
        names = []
        if isinstance(node, ast.FunctionDef):
            names = [node.name]
        elif isinstance(node, ast.ClassDef):
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            names = [node.name] if methods & {*_METHODS} or bases & {*found} else []
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Call, ast.Lambda)):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            names = [name for name in names if name in _FUNCTIONS or "policy" in name.lower()]
        for name in names:
            found[name] = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {name}
    if "policy" in found:
        return "policy"
    used = {name for user, names in found.items() if user != "main" for name in names}
    free = [name for name in found if name not in used and name not in ("main", "reset")]
    named = [name for name in _FUNCTIONS if name in free]
    named += [name for name in reversed(free) if "policy" in name.lower()]
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    named += [name for name in reversed(free) if name in classes]
    if not named:
        raise LookupError("the text has no policy")
    return named[0]


def _required(function: Callable) -> list[str]:
    """The arguments without defaults; of a class or a bound method without `self`."""
    parameters = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in parameters if parameter.default is parameter.empty]


def _sizes(policy: type, observation_size: int, action_size: int) -> dict[str, int]:
    required = _required(policy)
    sizes = {name: observation_size for name in required if name in _OBSERVATION_SIZES}
    return sizes | {name: action_size for name in required if name in _ACTION_SIZES}


def _stepper(act: Callable, scope: dict, action_size: int) -> Episode:
    parameters = list(inspect.signature(act).parameters.values())[1:]
    defaults = {p.name: None if p.default is p.empty else p.default for p in parameters}
    # A default that is no first count makes it a number of another meaning: a gain `k=0.5`.
    clocks = [name for name in defaults if name in _CLOCKS and not defaults[name]]
    memory = next((name for name in defaults if name in _MEMORIES), "")
    first = next((scope[name] for name in _FIRST_MEMORIES if name in scope), lambda: defaults.get(memory))
    count, kept = 0, first() if memory else None

    @_doubles
    def step(observation: np.ndarray) -> np.ndarray:
        nonlocal count, kept
        arguments: dict = dict.fromkeys(clocks, count)
        if memory:
            arguments[memory] = kept
        result = act(observation.copy(), **arguments)
        if memory and _is_pair(result, action_size):
            result, kept = result
        count += 1
        return _bounds(result, action_size)

    return step


def _is_pair(result: object, action_size: int) -> bool:
    """Whether a policy with memory returned `(action, memory)`, not its action alone."""
    pair = isinstance(result, tuple) and len(result) == 2
    return pair and not (action_size == 2 and np.ndim(result[0]) == 0)  # type: ignore[index]


def _bounds(result: object, action_size: int) -> np.ndarray:
    if isinstance(result, (tuple, list)) and len(result) == 2 and np.shape(result[0]) == (action_size,):
        return np.array([np.asarray(bound, float) for bound in result])
    action = np.asarray(result, float).reshape(-1)
    if action.shape == (2 * action_size,):
        return action.reshape(2, action_size)
    assert action.shape == (action_size,), action.shape
    return np.array([action, action])
