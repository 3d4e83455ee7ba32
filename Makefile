# Two commands do all the set-up: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
DEMO := .curator-demo
EXAMPLES := curator/examples/requests.jsonl
BIN := $(VENV)/bin
# The build of torch: TORCH_INDEX=https://download.pytorch.org/whl/cpu (or …/cu126, …) chooses one.
TORCH_INDEX ?=
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check \
	$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -c constraints.txt

# What is compiled, if it can be: an older one must not stay where that fails.
KERNEL = models/pretrained/_native*.so
TELL = test "$$(uname -m)" != x86_64 || ls $(KERNEL) >/dev/null 2>&1 || echo "There is no gcc, so \
the better model will write at half its speed. To change that, install gcc and run: make clean install"

# One more than there are cores: tests of screens wait a good deal.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help run pull demo-services install test lint soak picture bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install $(DEMO)/.examples ## Set up if need be, then open the desk on the example requests
	@test -d $(DEMO)/bases/smollm2 || echo "The small model writes. \`make pull\` fetches the better one: once, 93 MB."
	@PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring $(BIN)/curator --home $(DEMO)

pull: install ## Fetch the base of the better writer (93 MB, once), for `make run`
	@$(BIN)/curator models pull --home $(DEMO) smollm2

demo-services: install ## Try the whole loop: the desk on stand-ins for X, Spotify and MusicBrainz
	@$(BIN)/python tests/services/serve.py $(BIN)/curator --home $(DEMO)-services

install: $(VENV)/.installed ## Make the virtual environment and install curator into it

test: $(VENV)/.installed-dev ## Run all tests
	@echo "Testing (a few minutes) …"
	@# Tests start many processes: each would compile all of Curator anew.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

lint: $(VENV)/.installed-dev ## Check style, types and the direction of imports
	@echo "Checking style, types and imports …"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >$(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@echo "All good."

soak: $(VENV)/.installed-dev ## Run what is too long for `make test` (kill -9, a thousand times)
	@echo "Soaking (this takes a while) …"
	@$(BIN)/python -m pytest -q -m soak

picture: $(VENV)/.installed-dev ## Take the README's picture anew, from the running desk
	@echo "Taking docs/picture.svg …"
	@$(BIN)/python -m curator.tui.picture docs/picture.svg

bench: install ## Measure speed: writing, saving, painting
	@$(BIN)/curator bench

clean: ## Remove the environment and caches; what you judged in the demo stays
	@echo "Removing $(VENV) and caches; $(DEMO) is yours to remove."
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis snapshot_report.html $(KERNEL)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON). Install Python 3.11 or newer, or: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) is too old: curator needs 3.11 or newer. make PYTHON=python3.12 chooses another."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Making the virtual environment $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt models/pretrained/native.c | $(VENV)/.made
	@echo "Installing curator and what it needs (torch is large; a few minutes the first time) …"
	@rm -f $(KERNEL)
	@$(INSTALL) -e .
	@$(TELL)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt models/pretrained/native.c | $(VENV)/.made
	@echo "Installing curator and its development tools (a few minutes the first time) …"
	@rm -f $(KERNEL)
	@$(INSTALL) -e '.[dev]'
	@$(TELL)
	@touch $@ $(VENV)/.installed

$(DEMO)/.examples: $(EXAMPLES) | $(VENV)/.installed
	@echo "Putting the example requests into $(DEMO) …"
	@$(BIN)/curator import --home $(DEMO) $(EXAMPLES)
	@touch $@
