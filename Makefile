# Two commands matter: `make run` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Give TORCH_INDEX=<URL of a PyTorch wheel index> to `make setup` for another build of torch.
TORCH_INDEX ?=

.PHONY: help setup run demo test test-gpu check fuzz bench clean

help:
	@echo "make run    open the workbench (sets up .venv the first time)"
	@echo "make demo   the same main job without a display, on the sample project"
	@echo "make test   run the tests"
	@echo "make test-gpu  what wants a CUDA device: bf16, lack of memory, resume, the benchmark"
	@echo "make check  ruff, mypy, import-linter"
	@echo "make fuzz   20,000 damaged and made-up files through the importer (nightly)"
	@echo "make bench  the benchmarks, against the usual script"

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt packaging/setup_venv.py
	@$(PYTHON) packaging/setup_venv.py $(VENV) --torch-index "$(TORCH_INDEX)"

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(PYTHON) packaging/setup_venv.py $(VENV) --dev

run: $(VENV)/.ready
	@$(PY) main.py $(ARGS)

demo: $(VENV)/.ready
	@$(PY) -m mulm_core demo

test: $(VENV)/.ready-dev
	@$(PY) packaging/check_system.py
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n 2 $(ARGS)

test-gpu: $(VENV)/.ready-dev
	@$(PY) -m pytest -m gpu -rs -s $(ARGS)

check: $(VENV)/.ready-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

fuzz: $(VENV)/.ready-dev
	@MULM_FUZZ=$${MULM_FUZZ:-20000} $(PY) -m pytest --timeout=0 tests/core/corpus/test_fuzz.py $(ARGS)

bench: $(VENV)/.ready-dev
	@$(PY) benchmarks/finetune_vs_peft.py
	@QT_QPA_PLATFORM=offscreen $(PY) benchmarks/window_latency.py
	@QT_QPA_PLATFORM=offscreen $(PY) benchmarks/corpus.py
	@$(PY) benchmarks/corpus_checks.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
