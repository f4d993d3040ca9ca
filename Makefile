# On a fresh machine: `make demo` shows what Digest makes, `make test` that it works.
# Each sets up .venv first, which takes about a minute and happens once (.ci/setup).

.DEFAULT_GOAL := help
.PHONY: help demo digest test test-all lint format lock clean venv venv-test

BIN := .venv/bin
# A file's tests share what they set up, so they stay together; more processes only crowd a machine.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(LOCK_FLAGS)

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'

demo: venv ## a sample digest of today from the bundled newsroom, into out/demo/
	@$(BIN)/digest demo $(ARGS)

digest: venv ## today's digest from the live feeds of config.yaml
	@$(BIN)/digest run $(ARGS)

test: lint ## lint, types, import contracts and tests: what CI runs
	@$(PYTEST) -m "not long" $(ARGS)

test-all: lint ## the same and the tests that take minutes
	@$(PYTEST) $(ARGS)

lint: venv-test ## lint, format, types and import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: venv-test ## put the code into its form
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: ## renew the locks after a change in pyproject.toml (LOCK_FLAGS=--upgrade: all to the newest)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv, or make lock UV=path/to/uv" >&2; exit 1; }
	@$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	@$(COMPILE) --group test --constraints requirements.lock --output-file requirements-test.lock

clean: ## remove .venv, caches and what the demo made
	@rm -rf .venv out/demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@sh .ci/setup

venv-test:
	@sh .ci/setup test
