# Two commands matter: `make animations` and `make test`. Everything else is one line of help.
VENV := .venv
BIN := $(VENV)/bin
# MediaPipe has wheels for Python 3.11 and 3.12 only: the first of these that can make a venv is taken, or PYTHON=...
PYTHON ?=
CORES ?= all
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)

.PHONY: help setup animations test test-slow lint benchmark dag refresh clean-env
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## .venv with the locked environment (nothing else of the system is needed)

$(VENV)/.ready: envs/lock.txt pyproject.toml envs/make_venv.sh
	@PYTHON="$(PYTHON)" bash envs/make_venv.sh $(VENV)
	@touch $@

animations: setup ## the main job: results/animations
	$(SNAKEMAKE) results/animations

test: setup ## the tests (about ten minutes on two cores)
	$(BIN)/python -m pytest -n 2 -m "not slow" $(PYTEST)

test-slow: setup ## the long ones
	$(BIN)/python -m pytest -n 2 -m slow $(PYTEST)
