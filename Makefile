# Two commands matter: `make animations` and `make test`. Everything else is one line of help.
VENV := .venv
BIN := $(VENV)/bin
# MediaPipe has wheels for Python 3.11 and 3.12 only: the first of these that can make a venv is taken, or PYTHON=...
PYTHON ?=
CORES ?= all
# Your own settings: make animations CONFIG=mine.yaml
CONFIG ?=
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))

SHELL := bash
.SHELLFLAGS := -eo pipefail -c

.PHONY: help setup setup-youtube setup-mmpose setup-checks verify-weights pose-overlay animations test test-slow lint benchmark dag refresh clean-env
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## .venv with the locked environment (nothing else of the system is needed)

$(VENV)/.ready: envs/lock.txt envs/make_venv.sh
	@PYTHON="$(PYTHON)" bash envs/make_venv.sh $(VENV)
	@touch $@

setup-youtube: setup ## what YouTube needs besides, in the same .venv (a JavaScript runtime, 100 MB)
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --no-deps -r envs/youtube.txt

setup-mmpose: $(VENV)/.mmpose ## what pose.backend mmpose needs besides, in the same .venv (60 MB; its weights: docs/poses.md)

$(VENV)/.mmpose: envs/mmpose.txt $(VENV)/.ready
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --no-deps -r envs/mmpose.txt
	@touch $@

setup-checks: $(VENV)/.checks ## what tests of pages and files need besides: Chromium, its driver, glTF's validator, three.js

# All that can be had is installed; while anything is missing there is no .checks, and the next call tries again.
$(VENV)/.checks: envs/checks.txt envs/checks.package.json envs/check_programs.sh $(VENV)/.ready
	@rm -f $@
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --no-deps -r envs/checks.txt
	@programs=0; bash envs/check_programs.sh "chromium|chromium-browser" npm || programs=$$?; \
	if command -v npm >/dev/null; then \
	    mkdir -p $(VENV)/node; \
	    cp envs/checks.package.json $(VENV)/node/package.json; \
	    npm install --prefix $(VENV)/node --no-package-lock --no-audit --no-fund --silent; \
	fi; \
	exit $$programs
	@touch $@

verify-weights: setup-mmpose ## mmpose with its real weights against the truth of the demo videos, beside MediaPipe
	$(BIN)/python -m workflow_scripts.pose.verify_weights

pose-overlay: setup ## a video with the poses found in it drawn: VIDEO=path [OUTPUT=path.mp4]
	@test -n "$(VIDEO)" || { echo "name a video: make pose-overlay VIDEO=path [OUTPUT=path.mp4]"; exit 1; }
	$(BIN)/python -m workflow_scripts.pose.overlay "$(VIDEO)" "$(or $(OUTPUT),results/overlays/$(basename $(notdir $(VIDEO))).mp4)"

animations: setup ## the main job: results/animations
	$(SNAKEMAKE) -- results/animations

test: setup ## the tests (twenty to thirty minutes on two cores)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" $(PYTEST)

test-slow: setup ## the long ones
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow $(PYTEST)

lint: setup ## ruff, snakefmt, snakemake --lint, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint
	$(BIN)/python -m mypy

benchmark: setup ## every script of benchmarks/: ours against what a user would run instead
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

dag: setup ## results/dag and results/rulegraph: SVG where graphviz is installed, mermaid text where not
	@mkdir -p results
	@for kind in dag rulegraph; do \
	    if command -v dot >/dev/null; then \
	        $(SNAKEMAKE) --quiet all --$$kind -- results/animations | dot -Tsvg >results/$$kind.svg && echo results/$$kind.svg; \
	    else \
	        $(SNAKEMAKE) --quiet all --$$kind mermaid-js -- results/animations >results/$$kind.mmd && echo "results/$$kind.mmd (graphviz would make it an SVG)"; \
	    fi || exit 1; \
	done

refresh: setup ## list the playlists again (new videos are then fetched alone)
	$(SNAKEMAKE) --forcerun list_collection -- results/animations

clean-env: ## remove .venv
	rm -rf $(VENV)
