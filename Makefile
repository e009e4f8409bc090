.DEFAULT_GOAL := help
.PHONY: help run test test-long mutants check bench lock schema clean

# `make lock UPGRADE=--upgrade` takes the newest version of everything.
UPGRADE :=
LOCK = UV_PYTHON_DOWNLOADS=never .venv-tools/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(UPGRADE)

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*##  */\1	/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
		printf '  make %-11s%s\n' "$$name" "$$text"; done

run:  ## Install what is needed, build the demo world, and serve it until Ctrl-C
	@scripts/setup run
	@exec .venv/bin/python -m server serve --demo

test:  ## Check everything, on SQLite and on PostgreSQL
	@scripts/setup dev
	@scripts/test

test-long:  ## Run what `make test` leaves out (with PgBouncer and LibreOffice, if they are installed)
	@scripts/setup dev
	@scripts/test long

mutants:  ## Try faults on purpose, and report those that no test notices (half an hour)
	@scripts/setup dev
	@.venv/bin/python -m tests.mutants

check:  ## Check format, lint, types, and which room imports which
	@scripts/setup dev
	@scripts/check

bench:  ## Measure the server and its peers (some need Node and npm; uses wrk if it is installed)
	@scripts/setup dev
	@.venv/bin/python -m benchmarks

lock:  ## Rewrite the lock files from pyproject.toml
	@scripts/setup tools
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	echo uv | $(LOCK) --no-annotate - --output-file requirements-uv.lock

schema:  ## Rewrite schema.graphql from the code
	@scripts/setup run
	@.venv/bin/python -m server schema > schema.graphql.new || { rm -f schema.graphql.new; exit 1; }
	@mv schema.graphql.new schema.graphql

clean:  ## Remove installed packages and files that tools left; databases stay
	rm -rf .venv .venv-tools .pytest_cache .ruff_cache .hypothesis .import_linter_cache .artifacts
	find server tests -name __pycache__ -type d -prune -exec rm -rf {} +
