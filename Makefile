# make run   set up, build and publish the index, show three cited answers, then serve until Ctrl-C
# make demo  the same without serving
# make test  set up and run all checks and tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DIRS := kb indexer service ui tests

.PHONY: run demo test lint bench peers evaluate setup clean
.DEFAULT_GOAL := run

QUESTIONS := "Қант диабетімен ауырамын, дәрі тегін бе?" "Как прикрепиться к поликлинике?" "How do I check that I am insured?"

run: demo
	@$(BIN)/anyq serve --all --port $(PORT)

demo: setup
	@$(BIN)/anyq build --publish
	@$(BIN)/anyq ask $(QUESTIONS)

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# What only tests need: Python packages of the group `test`, and Debian's chromium for the browser tests.
$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/pip install --quiet --disable-pip-version-check --group test
	command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium fonts-noto-core; }
	@touch $@

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

test: $(VENV)/installed-test lint
	$(BIN)/anyq check
	$(BIN)/pytest -q

lint: $(VENV)/installed-test
	$(BIN)/ruff check $(DIRS)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/installed-test
	$(BIN)/pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.langid
	@$(MAKE) --no-print-directory peers

# Anyq and other ways to search on the same judged questions; about half an hour, nearly all of it Haystack's.
peers: $(VENV)/installed-test
	$(BIN)/pip install --quiet --disable-pip-version-check --group peers \
		|| echo "The group peers cannot be installed; txtai and Haystack are left out."
	@$(BIN)/anyq build --publish
	$(BIN)/python -m tests.bench.peers

evaluate: setup
	@$(BIN)/anyq build --publish
	@$(BIN)/anyq evaluate corpus/questions/dev --misses --typing --cross --bias --plot var/reliability.svg
	@$(BIN)/anyq evaluate corpus/questions/near-miss --as-of-cases

clean:
	rm -rf $(VENV) var
