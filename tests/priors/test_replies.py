"""Replies of models: the program is found in them, whatever stands around it."""

import jax.numpy as jnp
import pytest

from priors.translate import PriorError, translate

PROGRAM = "import numpy as np\ndef policy(obs):\n    return obs[:2] * 0.5\n"
HELPER = "import numpy as np\ndef half(x):\n    return 0.5 * x\n"


def fenced(*blocks, language="python"):
    return "\nSo:\n".join(f"```{language}\n{block}```\n" for block in blocks)


REPLIES = {
    "bare": PROGRAM,
    "one block": fenced(PROGRAM),
    "no language": fenced(PROGRAM, language=""),
    "an unclosed block": "Here it is:\n```python\n" + PROGRAM,
    "a block in a list": "1. Code:\n\n   " + fenced(PROGRAM).replace("\n", "\n   ") + "\n2. Done.\n",
    "prose in front of bare code": "Sure, here is the policy:\n\n" + PROGRAM,
    "prose behind bare code": PROGRAM + "\nThis policy (a simple one) halves it.\n\n- It is robust.\n",
    "no-break spaces": PROGRAM.replace("    ", "\u00a0" * 4),
    "helpers in a block before": fenced(HELPER, "def policy(obs):\n    return half(obs[:2])\n"),
    "an older version before": fenced("def policy(obs):\n    return obs[:2]\n", PROGRAM),
    "its use in a block behind": fenced(PROGRAM, "env = gym.make('x')\npolicy(env.reset()[0])\n"),
    "its use behind": PROGRAM
    + "import gymnasium as gym\nenv = gym.make('x')\nfor _ in range(9): policy(env.step(0))\n",
    "a test behind": PROGRAM
    + "x = np.random.randn(4)\nprint(policy(x))\nassert policy(np.zeros(4)).shape == (2,)\n",
    "a long use behind": PROGRAM + "total = 0.0\nfor _ in range(100000): total += policy(np.ones(4))[0]\n",
    "its use as a main program": PROGRAM + "if __name__ == '__main__':\n    import gym\n    gym.make('x')\n",
    "a function that runs it behind": fenced(
        PROGRAM, "def evaluate_policy(name='x'):\n    env = gym.make(name)\n    return policy(env.reset())\n"
    ),
    "constants in a block before": fenced(
        "K = 0.25\nK *= 2\nW = []\nfor i in range(2): W.append(1.0)\n",
        "def policy(obs):\n    return [K * W[0] * obs[0], K * W[1] * obs[1]]\n",
    ),
    "an object of any name": "class PD:\n    def __init__(self, k=1.0): self.k = k\n"
    "    def act(self, obs): return self.k * obs[:2]\npd = PD(0.5)\n",
    "a table behind": "def policy(obs):\n    return GAIN * obs[:2]\nGAIN = 0.5\n",
}


@pytest.mark.parametrize("text", REPLIES.values(), ids=REPLIES)
def test_the_program_is_found(text):
    prior = translate(text, observation_size=4, action_size=2)
    low = prior.step(prior.parameters, prior.reset(), jnp.array([1.0, -0.5, 0.0, 0.0]))[1]
    assert low.tolist() == [0.5, -0.25]


def test_what_was_left_out_is_told():
    prior = translate(REPLIES["its use behind"], observation_size=4, action_size=2)
    assert any("left out" in note and "gymnasium" in note for note in prior.notes)


def test_what_the_policy_needs_is_not_left_out():
    text = "def policy(obs):\n    return GAIN * obs[:2]\nGAIN = load('gain')\n"
    with pytest.raises(PriorError) as caught:
        translate(text, observation_size=4, action_size=2)
    assert "load" in str(caught.value)


def test_a_program_that_is_cut_off_is_refused():
    with pytest.raises(PriorError):
        translate("def policy(obs):\n    x = obs[0]\n    return [x,", observation_size=4, action_size=2)
