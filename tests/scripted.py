"""A sampler without a server: it answers from a script and remembers what it was asked."""

import asyncio
from dataclasses import dataclass, field

import envs
from priors.calls import CallSettings
from priors.generate import GenerateSettings, generate, source_of
from priors.journal import Journal
from priors.sampler import Prices, Reply

SPEC = envs.spec("hopper")
PROGRAM = "def policy(obs):\n    return [0.1, -obs[1], 0.3]\n"
BROKEN = "def policy(obs):\n    return [oops, 0.0, 0.0]\n"


@dataclass
class Scripted:
    """`script` takes the request and its number and gives a text, a Reply, an error to raise, or seconds."""

    script: object
    prices: Prices | None = None
    model: str = "test/model"
    requests: list = field(default_factory=list)

    async def __call__(self, request):
        number = len(self.requests)
        self.requests.append(request)
        answer = self.script(request, number) if callable(self.script) else self.script[number]
        while isinstance(answer, int | float):
            await asyncio.sleep(answer)
            answer = self.script(request, number)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer, "stop", 10, 5, None)


def settings(**changes):
    calls = {name: changes.pop(name) for name in list(changes) if hasattr(CallSettings, name)}
    return GenerateSettings(**{"samples": 1, **changes, "calls": CallSettings(**{"backoff": 0, **calls})})


def source(wanted, model="test/model"):
    return source_of(SPEC, wanted, model, None, ("temperature", "seed"))


def run(folder, sampler, stop=lambda: None, report=lambda _: None, **changes):
    """A run of `generate` in a folder; gives its summary."""
    wanted = settings(**changes)
    with Journal(folder, source(wanted)) as journal:
        return generate(SPEC, sampler, wanted, journal, stop=stop, report=report)
