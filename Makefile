# Each command brings up what it needs: python3, make and git are enough to begin with.
.PHONY: run test check fix bench axe bite crash lock
.SILENT:

BIN := .venv/bin
MANAGE := DJANGO_SETTINGS_MODULE=kvinnofrid.settings.test $(BIN)/python -W ignore::RuntimeWarning manage.py
TEMPLATES = find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2

# The portal on http://127.0.0.1:8000/. PORT=8001 takes another port, DEMO=0 starts without the demonstration,
# WORKERS=2 puts a queue (Redis, beat and workers) in the place of the job loop.
run:
	python3 kvinnofrid/bootstrap.py $(if $(WORKERS),workers,run)
	exec $(BIN)/python -m kvinnofrid.launch

# Two processes; the one that is done takes over from the other.
test: check
	$(BIN)/pytest -n 2 --dist worksteal

# Lint, format, types, templates, import contracts, migrations, generated pages of docs/: under a minute.
check:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/ruff check --quiet --output-format concise
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(TEMPLATES) --check {} +
	$(BIN)/lint-imports --no-logo > .data/import-contracts.txt || { cat .data/import-contracts.txt; exit 1; }
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) generate_docs --check

# Mends what can be mended by machine.
fix:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format --quiet
	$(TEMPLATES) {} + || true
	$(MANAGE) generate_docs

# One JSON line per figure; fails where one falls short of its goal.
bench:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/pytest -m bench -q -s --no-header --no-summary

# Accessibility: every page, each role, light and dark, narrow and wide.
axe:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/pytest -m axe -n 2

# Flips each permission rule in turn: does a test notice? Writes docs/bite.md. ONLY=mandates, SAMPLE=10.
bite:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/python -m tests.bite

# The whole stack under random work and `kill -9`, 50 of each kind of process: docs/crash.md. KILLS=10, SEED=1.
crash:
	python3 kvinnofrid/bootstrap.py test
	$(BIN)/python -m tests.crash

# Pins what pyproject.toml asks for, with hashes and without addresses. UPGRADE=1 takes newer versions.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
lock:
	python3 kvinnofrid/bootstrap.py test
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group pyproject.toml:test -c requirements.lock -o tests/requirements.lock
