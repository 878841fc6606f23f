# What a newcomer does: make demo, make test. What a maintainer does before a commit: make check.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DEMO := demo-report
TYPED := src tests curation $(if $(wildcard benchmarks/*.py),benchmarks)

.PHONY: help demo test check lint types layers agreement nightly bench docs exposure tables fuzz clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

.venv/.ready: requirements-dev.txt pyproject.toml
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/.ready ## make the report of the example person
	@$(BIN)/garrod example ada --out $(DEMO)/ada
	@$(BIN)/garrod report $(DEMO)/ada/person.json --out $(DEMO)
	@echo "open $(CURDIR)/$(DEMO)/report.html"

test: .venv/.ready ## run the tests
	$(BIN)/python -m pytest -q

check: lint types layers test ## everything before a commit

lint: .venv/.ready ## format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/.ready ## check types
	$(BIN)/mypy $(TYPED)

layers: .venv/.ready ## check the import contract
	$(BIN)/lint-imports

agreement: .venv/.ready ## compare with reference labels; GARROD_SOURCES names the folder of sources
	$(BIN)/python -m pytest -q -s tests/agreement

nightly: .venv/.ready ## the long form of the tests
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -q -m slow

fuzz: .venv/.ready ## fuzz the readers, guided by coverage (needs atheris)
	$(BIN)/python tests/fuzz/fuzz_readers.py -max_total_time=120

bench: .venv/.ready ## measure the promises about speed
	$(BIN)/python -m benchmarks

docs: .venv/.ready ## write the pages made from the program, and run the examples in all pages
	$(BIN)/python -m curation.reference_pages
	PYTHONPATH=tests:src:. $(BIN)/python -m spec.test_worked_cases
	PYTHONPATH=tests:src:. $(BIN)/python -m spec.test_review_cases
	@$(BIN)/python -m pytest -q --doctest-glob='*.md' docs || { test $$? = 5 && echo "no page of docs holds an example yet"; }

exposure: .venv/.ready ## write the page that holds predicted exposures against studies, from GARROD_SOURCES
	@test -d "$(GARROD_SOURCES)" || { echo "GARROD_SOURCES does not name a folder of sources"; exit 1; }
	$(BIN)/python -m curation.exposure_evaluation $(GARROD_SOURCES)

tables: .venv/.ready ## make the tables from GARROD_SOURCES
	@test -d "$(GARROD_SOURCES)" || { echo "GARROD_SOURCES does not name a folder of sources"; exit 1; }
	$(BIN)/python -m curation.guideline_units $(GARROD_SOURCES)
	$(BIN)/python -m curation.pharmacogenomics $(GARROD_SOURCES)
	$(BIN)/python -m curation.guidelines $(GARROD_SOURCES)
	$(BIN)/python -m curation.haplotypes $(GARROD_SOURCES)
	$(BIN)/python -m curation.vocabulary $(GARROD_SOURCES)
	$(BIN)/python -m curation.strengths
	$(BIN)/python -m curation.enzyme_effects $(GARROD_SOURCES)
	$(BIN)/python -m curation.exposure $(GARROD_SOURCES)
	$(BIN)/python -m curation.interactions $(GARROD_SOURCES)
	$(BIN)/python -m curation.laboratory $(GARROD_SOURCES)
	$(BIN)/python -m curation.organ_doses $(GARROD_SOURCES)
	$(BIN)/python -m curation.allergies $(GARROD_SOURCES)
	$(BIN)/python -m curation.cautions $(GARROD_SOURCES)

clean: ## remove what was made
	rm -rf .venv $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
