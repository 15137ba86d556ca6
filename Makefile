# Two commands for a new user: `make demo` and `make test`. Each makes .venv if it is missing.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
INSTALLED := .venv/.installed
export PARIBUS_CACHE ?= $(CURDIR)/.paribus/cache
export TOKENIZERS_PARALLELISM = false
# Some images forbid Python to keep compiled modules. Then each notebook's kernel compiles its libraries anew, for seconds.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo told install test lint types pytest long installed first-run bench cluster hosts rehearse programs platforms exports compare course screenshots zoo-terms bench-train gpu kills desk-kills desk-bench axe fuzz attacks clean help
.DEFAULT_GOAL := help

help:  ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# torch first and by its pinned version: any other way pulls gigabytes of GPU libraries. uv, a wheel of the package index,
# installs the rest in a third of pip's time; where it cannot, pip does the same. Markers are written last.
FOR_DEMO := .[demo]
FOR_TESTS := .[instructor,train,dev]
define install
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '$(1)' || { \
		echo "uv could not install; pip does it, which takes some minutes."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(1)'; }
endef

$(READY): pyproject.toml constraints.txt  # what the demo needs
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -c constraints.txt uv
	$(call install,$(FOR_DEMO))
	touch $@

$(INSTALLED): $(READY)  # and what the tests need
	$(call install,$(FOR_TESTS))
	touch $@

told:  # what is to come, before anything is installed
	@test -f $(READY) || echo "make demo installs what it needs into .venv (one to three minutes, by the network)," \
		"builds week 1, simulates a class and grades it, and trains a blind lab: some five minutes on two cores in all." \
		"The first graded pages come after about four. Ctrl-C loses nothing that is finished; a second run takes seconds."

demo: told $(READY)  ## build week 1, run it, simulate a class and grade it; train week 2's blind lab
	$(BIN)/paribus demo --course course

install: $(INSTALLED)  ## all that the commands and the tests need, into .venv

test: lint types pytest  ## lint, types and tests

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy paribus generator grader tools tests

pytest: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal

long: $(INSTALLED)  ## the tests that take long: proofs of all notebooks, a zoo twice, full data, a hundred thousand files
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long

installed: $(INSTALLED)  ## a fresh environment from the package index, the built wheel, an empty folder: the first afternoon
	$(BIN)/python -m tests.generator.first_afternoon

first-run: $(INSTALLED)  ## a fresh clone: seconds to the first graded page, of the whole demo and a second one (TESTS=--tests: of the tests)
	$(BIN)/python -m tools.first_run $(TESTS)

bench: $(INSTALLED)  ## ratios against nbgrader, in one run; writes build/bench.json
	$(BIN)/python -m tests.bench

cluster: $(INSTALLED)  ## 20,000 small submissions on a Dask cluster of this machine, a worker killed in the middle
	$(BIN)/python -m tests.bench.cluster

hosts: $(INSTALLED)  ## a Dask cluster of several machines (network namespaces: needs root), one of which vanishes
	$(BIN)/python -m tests.bench.hosts

rehearse: $(INSTALLED)  ## the homeworks, the blind labs and the project: does grading catch every planted fault, and wrong no honest work?
	$(BIN)/paribus rehearse week1_homework
	$(BIN)/paribus rehearse week2_homework
	$(BIN)/paribus rehearse week2_lab
	$(BIN)/paribus rehearse week3_homework
	$(BIN)/paribus rehearse week3_lab
	$(BIN)/paribus rehearse week4_homework
	$(BIN)/paribus rehearse week5_homework
	$(BIN)/paribus rehearse week6_homework
	$(BIN)/paribus rehearse project
	$(BIN)/paribus rehearse project_proposal
	$(BIN)/paribus rehearse project_midterm

programs: $(INSTALLED)  ## programs by other hands, executed (half a minute of the processor each) and measured; goes on where it stopped
	$(BIN)/python -m tools.programs
	-$(BIN)/python -m tests.red build/programs/A
	-$(BIN)/python -m tests.red build/programs/B

platforms: $(INSTALLED)  ## the student package and the solutions with each image's pinned libraries
	$(BIN)/python -m tools.platform_checks

exports: $(INSTALLED)  ## remake the exported fixtures with nbconvert's old and new versions
	$(BIN)/python tests/grader/exporters/remake.py

compare: $(INSTALLED)  ## FOLDER=…: is every HTML export there read exactly, by the notebook beside it?
	$(BIN)/python -m tests.grader.exporters.compare $(FOLDER) --misses

course: $(INSTALLED)  ## every solution on smoke (three seeds), and the phenomena that the notebooks speak of (ten); goes on where it stopped
	$(BIN)/python -m tools.course_runs --record

screenshots: $(INSTALLED)  ## the demo's pages at 1280 and 390 pixels, into docs/images (needs chromium)
	$(BIN)/python tests/screenshots.py

zoo-terms: $(INSTALLED)  ## measure the zoos' evidence over ten seeds, then build four terms (hours on two cores)
	$(BIN)/python -m generator.zoo.terms measure week2 --record
	$(BIN)/python -m generator.zoo.terms measure pathologies --first-seed 11 --record
	$(BIN)/python -m generator.zoo.terms measure compressed --record
	$(BIN)/python -m generator.zoo.terms build week2

bench-train: $(INSTALLED)  ## three training loops compared; writes build/bench-train.json
	$(BIN)/python -m tests.bench.train

gpu: $(INSTALLED)  ## what a GPU shows, in parts that go on where they stopped
	$(BIN)/python -m tools.gpu_suite --record

kills: $(INSTALLED)  ## 100 times kill -9 at random moments of a batch of 200; the end must be as undisturbed
	$(BIN)/python -m tests.robust.kills --kills $(or $(KILLS),100) --students $(or $(STUDENTS),200)

desk-kills: $(INSTALLED)  ## three graders decide at one folder, killed 100 times; nothing lost, nothing doubled
	$(BIN)/python -m tests.robust.desk_kills --kills $(or $(KILLS),100) --students $(or $(STUDENTS),100)

desk-bench: $(INSTALLED)  ## a simulated grader in Chromium: key presses a decision, page times at 100 and 2,000 submissions
	$(BIN)/python -m tests.bench.desk

axe: $(INSTALLED)  ## accessibility of every kind of page, by axe in Chromium (needs npm); 1 where something is serious
	$(BIN)/python -m tests.axe

# atheris is compiled and needed by nothing else.
fuzz: $(INSTALLED)  ## fuzz all that reads students' files, guided by coverage; SECONDS of each target (60)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python -m tests.robust.fuzz --seconds $(or $(SECONDS),60)

attacks: $(INSTALLED)  ## open every page made of 200 attack files in a real browser (needs chromium, chromedriver)
	$(BIN)/python -m tests.robust.attacks --files $(or $(FILES),200)

clean:  ## remove what builds and runs wrote (not .venv)
	rm -rf build .paribus
