# camel_jax: `make` lists the targets.
PYTHON ?= python3
TASK ?= hopper
PRIOR ?= hopper/hop
SEED ?= 0
# More of `camel-jax train`'s options, such as ARGS="--env-steps 20000 --run-dir DIR".
ARGS ?=
# Processes of the test suite.
JOBS ?= 2
# Engine of the benches: auto, c, mjx or warp.
PHYSICS ?= auto
# Python that has SBX and Stable-Baselines3; .venv-peers is made for them if left out.
PEERS_PYTHON ?=
# What `make reproduce` compares: environment steps, seeds, and PRESET:PRIOR pairs in place of its own.
STEPS ?= 100000
SEEDS ?= 0 1 2 3 4
VARIANTS ?=
# What `make priors` judges anew: tasks or priors; all of the library if left out.
PRIORS ?=

BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup train test priors programs bitwise lint format types reproduce bench bench-peers parity soak docs lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED)  ## make .venv with the locked dependencies and this project, editable

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "camel_jax needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv (1.5 GB, a minute or two) ..."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

train: $(INSTALLED)  ## train Hopper with the bundled prior (SEED=, PRIOR=, TASK=, ARGS=)
	$(BIN)/camel-jax train $(TASK) --prior $(PRIOR) --seed $(SEED) $(ARGS)

test: $(INSTALLED)  ## run the test suite
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

priors: $(INSTALLED)  ## judge the priors that ship anew, 100 episodes each, against their index (PRIORS=)
	$(BIN)/camel-jax priors check $(PRIORS)

programs: $(INSTALLED)  ## compare 2,000 random programs, translated, with CPython
	$(BIN)/python -m pytest -n $(JOBS) --dist load tests/priors/test_properties.py --programs 2000

bitwise: export XLA_FLAGS :=
bitwise: $(INSTALLED)  ## run the tests of bitwise equality, compiled as users compile
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -k bit_for_bit tests/camel_jax

lint: $(INSTALLED)  ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)  ## format the code and sort its imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(INSTALLED)  ## check types alone
	$(BIN)/mypy

reproduce: $(INSTALLED)  ## compare CAMEL with the plain agent (TASK=, STEPS=, SEEDS=, VARIANTS=); goes on where it stopped
	$(BIN)/camel-jax reproduce $(TASK) --steps $(STEPS) --seeds $(SEEDS) $(if $(VARIANTS),--variants $(VARIANTS)) $(ARGS)

RESULTS := experiments/results
bench: $(INSTALLED)  ## measure physics, prior, probes, loop, seeds, screening, compilation, and peers that are installed (TASK=, PHYSICS=)
	for name in physics prior probes loop seeds screen compile; do $(BIN)/camel-jax bench $$name --task $(TASK) --physics $(PHYSICS) \
		--json $(RESULTS)/bench-$$name-$(TASK)$(if $(filter auto,$(PHYSICS)),,-$(PHYSICS)).json || exit 1; done
	$(if $(PEERS_PYTHON)$(wildcard .venv-peers/.installed),$(MAKE) bench-peers)
	$(BIN)/python -m experiments.scoreboard

PEERS := $(if $(PEERS_PYTHON),,.venv-peers/.installed)
bench-peers: $(INSTALLED) $(PEERS)  ## measure training against SBX and Stable-Baselines3 (TASK=, PEERS_PYTHON=)
	$(BIN)/camel-jax bench peers --task $(TASK) --physics $(PHYSICS) \
		--peers-python $(or $(PEERS_PYTHON),.venv-peers/bin/python) --json $(RESULTS)/bench-peers-$(TASK).json
	$(BIN)/python -m experiments.scoreboard

.venv-peers/.installed: requirements-peers.lock
	$(PYTHON) -m venv .venv-peers
	@echo "Installing the locked peers into .venv-peers (several GB on Linux, with CUDA) ..."
	.venv-peers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peers.lock
	@touch $@

parity: $(INSTALLED)  ## compare tasks and engines with Gymnasium (an hour or two; goes on where it stopped)
	$(BIN)/camel-jax parity --json $(RESULTS)/parity.json $(ARGS)

soak: $(INSTALLED)  ## 2 million calls from the graph to the C engine: no stall, no growth in memory
	$(BIN)/camel-jax soak --task $(TASK) --json $(RESULTS)/soak-$(TASK).json $(ARGS)

docs: $(INSTALLED)  ## write docs/tasks.md, its pictures and docs/benchmarks.md anew
	$(BIN)/python -m experiments.task_docs
	$(BIN)/python -m experiments.scoreboard

# The lock names no index host. One file per extra, which holds the base as well.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet

lock: $(INSTALLED)  ## resolve the dependencies anew into requirements*.lock
	$(LOCK) --group dev -o requirements.lock
	for extra in cuda13 warp peers; do \
		$(LOCK) --extra $$extra -c requirements.lock -o requirements-$$extra.lock || exit 1; done

clean:  ## remove .venv, .venv-peers and caches (runs/ stays)
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
