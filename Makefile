# What a newcomer needs: `make demo` (grade a class) and `make test`. Everything else builds on these.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test check bench prove fuzz clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

# Grade the example classes and compare every grade with what it should be.
CLASSES := $(notdir $(patsubst %/expected.toml,%,$(wildcard tests/submissions/*/expected.toml)))
demo: setup
	set -e; for slug in $(CLASSES); do \
		$(BIN)/grader grade $$slug tests/submissions/$$slug/class \
			--seed-file tests/submissions/$$slug/course.seed --out out/$$slug; \
		$(BIN)/python tests/submissions/compare.py $$slug out/$$slug; \
	done

test: setup
	$(BIN)/python -m pytest -q -m "not heavy"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Speed, as ratios against a fresh pytest per submission and a bare fork per check.
bench: setup
	$(BIN)/python bench/throughput.py

ASSIGNMENTS := $(notdir $(patsubst %/assignment.toml,%,$(wildcard assignments/*/assignment.toml)))
# The proofs that take minutes: every tier is trained, every assignment proves itself.
prove: setup
	$(BIN)/python -m pytest -q -m heavy
	set -e; for slug in $(ASSIGNMENTS); do $(BIN)/grader prove $$slug; done

# A coverage-guided search for bytes that the trusted side does not survive; FUZZ_SECONDS for each target.
FUZZ_SECONDS ?= 60
fuzz: setup
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	for target in codec conversation intake; do $(BIN)/python tests/fuzz/run.py $$target $(FUZZ_SECONDS) || exit 1; done

clean:
	rm -rf $(VENV) out build dist *.egg-info
