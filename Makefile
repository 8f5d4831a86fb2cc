# hemacohort: `make demo` and `make test` on a machine that has Python 3.11 or newer, make and a package registry.
#
#   make demo          environment, simulated extract, screening, report, and where to look
#   make test          the same environment, then pytest on every core (PYTEST_ARGS="-k iron" passes arguments on)
#   make test-nightly  the properties and the mutants of the rules at full strength (about ten minutes on two cores)
#   make lint          formatting, lint and types, as CI checks them
#   make format        what `make lint` asks for and a tool can do by itself
#   make bench         a night against a bare script; bench-nights, bench-rules, bench-adapters: see docs/benchmarks.md
#   make rules         record everything that follows a change of a rule: the two next, and the verdicts of the random patients
#   make rule-pages    remake docs/rules from the rules and their expert tables
#   make fingerprints  record new versions of rules and value sets; OVERWRITE=1 also versions that nobody has run yet
#   make lock          remake requirements.lock; UPGRADE=1 moves to the newest versions that pyproject.toml allows
#   make clean         remove builds and caches; make distclean also removes the environment

PYTHON ?= # the first of python3.13, python3.12, python3.11 and python3 that is new enough, unless named here
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.requirements-installed
READY := $(VENV)/.hemacohort-installed
LOCK_PYTHON := 3.11

# What the person's shell sets for other projects must not leak into this environment.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV CONDA_PREFIX
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_CONSTRAINT PIP_REQUIREMENT PIP_NO_DEPS
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help environment demo test test-nightly lint format bench bench-nights bench-rules bench-adapters rules rule-pages fingerprints lock clean distclean

help:
	@sed -n '3,14p' Makefile | cut -c3-

environment: $(READY)

demo: $(READY)
	@$(VENV)/bin/hemacohort demo --home build/demo

# A file of tests stays with one process, for its tests share homes and servers; PYTEST_ARGS="-n 0" runs them in one.
test: $(READY)
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(PYTEST_ARGS)

test-nightly: $(READY)
	@HYPOTHESIS_PROFILE=nightly $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist load \
		tests/properties tests/mutation tests/evidence tests/results $(PYTEST_ARGS)

lint: $(READY)
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

format: $(READY)
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench-nights: $(READY)
	@$(PY) -m benchmarks.nights $(BENCH_ARGS)

bench: $(READY)
	@$(PY) -m benchmarks $(BENCH_ARGS)

bench-rules: $(READY)
	@$(PY) -m benchmarks.judging $(BENCH_ARGS)

bench-adapters: $(READY)
	@$(PY) -m benchmarks.adapters $(BENCH_ARGS)

rules: rule-pages fingerprints
	@$(PY) -m tests.properties.golden

rule-pages: $(READY)
	@$(PY) -m flows.rule_pages docs/rules tests/rules

fingerprints: $(READY)
	@$(PY) -m tests.value_sets.versions $(if $(OVERWRITE),--overwrite,)
	@$(PY) -m flows.rule_fingerprints tests/rules/fingerprints.json $(if $(OVERWRITE),--overwrite,)

# The environment is rebuilt when the lock changes, so that it holds what the lock says and nothing else.
$(INSTALLED): requirements.lock
	@python=""; without_venv=""; \
	for candidate in $(PYTHON) $(if $(strip $(PYTHON)),,python3.13 python3.12 python3.11 python3); do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		if "$$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then python="$$candidate"; break; fi; \
		without_venv="$${without_venv:-$$candidate}"; \
	done; \
	if [ -z "$$python" ] && [ -n "$$without_venv" ]; then \
		echo "$$without_venv cannot make virtual environments: its venv and ensurepip modules are missing." \
			"Install them (on Debian and Ubuntu: apt-get install python3-venv) and try again." >&2; exit 1; \
	elif [ -z "$$python" ]; then \
		echo "hemacohort needs Python 3.11 or newer$(if $(strip $(PYTHON)), and $(PYTHON) is not,): install it," \
			"or name it with make PYTHON=/path/to/python." >&2; exit 1; \
	fi; \
	echo "Making the environment in $(VENV) with $$("$$python" --version) …"; \
	"$$python" -m venv --clear $(VENV)
	@$(PY) -m pip install -qq --require-hashes --no-deps --requirement requirements.lock
	@$(PY) -m pip check -qq
	@touch $@

# The build backend is in the lock: no build isolation, so nothing is fetched that the lock does not name.
$(READY): $(INSTALLED) pyproject.toml
	@$(PY) -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# uv is needed for this target only; it comes from the registry and stays out of the environment.
lock:
	@python3 -m venv --clear build/lock
	@build/lock/bin/python -m pip install -qq uv
	@build/lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version $(LOCK_PYTHON) \
		--generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --quiet \
		--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade,) --output-file requirements.lock
	@rm -rf build/lock

clean:
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find flows transforms schemas tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	@rm -rf $(VENV)
