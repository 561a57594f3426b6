# Each target prepares .venv by itself: python3 (3.10 or later) with its venv module is enough.
#
#   make demo      train a small network on real data, write pictures to output/
#   make gpt       train a transformer of scalars until it babbles names, draw it, into output/
#   make lessons   run the lessons one after the other, write their pictures to output/lessons/
#   make test      run the tests, the doctests and every code block of the documentation
#   make test-slow run the tests marked slow, which `make test` leaves out
#   make lint      ruff, mypy, and a user's program through mypy and pyright
#   make bench     time the engine against closures per node, PyTorch, JAX, CasADi and C by hand
#   make docs      write the generated pages and pictures anew, and build the site: site/index.html
#   make everything install what all other targets but bench need, at once
#   make clean     remove .venv and what the other targets wrote
#
# Options: PYTHON=python3.12 (for a new .venv), DEMO="--data moons", LESSON=07, TEST="-k dot",
# MARK= (test the slow ones too), EXTRAS=test,oracles, BENCH="--quick", PEERS=demos (measure
# beside what needs no download of gigabytes)

PYTHON = python3
EXTRAS = test
PEERS = benchmarks
DEMO =
LESSON = [0-9][0-9]
TEST =
MARK = not slow
BENCH =

IN = .venv/bin/python
# Python compiles the modules that it imports and keeps them. pip would compile each of the 150 MB
# that it installs, which took most of its time.
PIP = $(IN) -m pip install --quiet --disable-pip-version-check --no-compile
unexport PYTHONDONTWRITEBYTECODE
# An installation follows from these. It builds the engine in C where there is a compiler.
SETTINGS = setup.cfg setup.py pyproject.toml autograd/native/rows.h $(wildcard autograd/native/*.[ch])
TABLE = $(addprefix autograd/,primitives.py rules.py lengths.py factor.py ieee.py native/generate.py)

.PHONY: demo gpt lessons test test-slow lint bench docs everything clean

demo: .venv/installed-demos
	$(IN) demos/train.py $(DEMO)

gpt: .venv/installed-demos
	$(IN) demos/gpt.py $(DEMO)

lessons: .venv/installed-demos
	@for lesson in demos/lessons/$(LESSON)_*.py; do \
	  test -f "$$lesson" || { echo "There is no lesson LESSON=$(LESSON); see demos/lessons/" >&2; exit 1; }; \
	  printf '\n== %s\n' "$$lesson"; \
	  $(IN) "$$lesson" --output "output/lessons/$$(basename "$$lesson" .py)" || exit 1; \
	done

test: .venv/installed-$(EXTRAS)
	$(IN) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "$(MARK)" $(TEST)

test-slow: .venv/installed-$(EXTRAS)
	$(IN) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m slow $(TEST) \
	  $$(grep -rl --include='test_*.py' pytest.mark.slow tests)

lint: .venv/installed-lint
	$(IN) -m ruff check
	$(IN) -m ruff format --check
	$(IN) -m mypy
	$(IN) tests/check_types.py

bench: .venv/installed-for-benchmarks-$(PEERS)
	$(IN) benchmarks/eager.py $(BENCH)
	$(IN) benchmarks/compiled.py $(BENCH)
	$(IN) benchmarks/verification.py
	$(IN) benchmarks/latency.py

docs: .venv/installed-docs
	$(IN) docs/generate.py
	$(IN) docs/website.py

clean:
	rm -rf .venv output site build dist *.egg-info autograd/native/_engine.*
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# pip resolves once instead of once for each target.
everything: .venv/created $(SETTINGS)
	$(PIP) --editable ".[demos,docs,lint,$(EXTRAS)]"
	@$(IN) -m autograd.native
	@touch $(foreach part,demos docs lint $(EXTRAS),.venv/installed-$(part))

.venv/installed-demos: .venv/created $(SETTINGS)
	@echo "Installing what the demos need into .venv (once; a minute or two)"
	$(PIP) --editable ".[demos]"
	@$(IN) -m autograd.native
	@touch $@

.venv/installed-docs: .venv/created $(SETTINGS)
	@echo "Installing what the documentation needs into .venv (once; a minute or two)"
	$(PIP) --editable ".[demos,docs]"
	@$(IN) -m autograd.native
	@touch $@

.venv/installed-$(EXTRAS): .venv/created $(SETTINGS)
	@echo "Installing what the tests need into .venv (once; a minute or two)"
	$(PIP) --editable ".[demos,$(EXTRAS)]"
	@$(IN) -m autograd.native
	@touch $@

.venv/installed-for-benchmarks-$(PEERS): .venv/created $(SETTINGS)
	@echo "Installing what the benchmarks compare with into .venv (once; some minutes and gigabytes)"
	$(PIP) --editable ".[demos,$(PEERS)]"
	@$(IN) -m autograd.native
	@touch $@

.venv/installed-lint: .venv/created $(SETTINGS)
	@echo "Installing the linters into .venv (once)"
	$(PIP) --editable ".[lint]"
	@$(IN) -m autograd.native
	@touch $@

# Operations and their rules in C are written from the table.
autograd/native/rows.h: $(TABLE) | .venv/created
	@AUTOGRAD_PURE=1 $(IN) -m autograd.native.generate
	@touch $@

.venv/created:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install it: sudo apt install python3 python3-venv (macOS: brew install python)" >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10))" || { \
	  echo "Python 3.10 or later is needed, and $(PYTHON) is `$(PYTHON) -V 2>&1`. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c "import venv, ensurepip" 2>/dev/null || { \
	  echo "Python's venv module is missing. Install it: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Creating .venv with `$(PYTHON) -V`"
	@$(PYTHON) -m venv .venv
	@touch $@
