# make run and make test are all that is needed; both install what is missing. Hosting: make install.

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
FONTS := build/static/fonts/inter.woff2 $(foreach weight,400 500 600 700,build/fonts/inter-$(weight).ttf)
BUILT := .venv/stamp $(CATALOGUES) $(FONTS)

# The tests choose their database, and see nothing of what make run serves. On two cores, two at
# a time; three where browsers and servers are waited for.
PYTEST := env -u DATABASE_URL -u DEBUG DATA_DIR=build/test .venv/bin/python -m pytest --dist worksteal

# To count lines takes a third of the time of what is counted: these cover none that others don't.
UNCOUNTED := browser or documents or uncounted

# The checks need no secret, and see nothing of what make run serves.
CHECKED := env -u DATABASE_URL DEBUG=1 DATA_DIR=build/check

.PHONY: run test crashtest scantest install bench check format messages pictures lock clean
.DELETE_ON_ERROR:

## The demo, on http://127.0.0.1:$PORT/ (8000)
run: $(BUILT)
	@scripts/system_packages.sh runtime
	@.venv/bin/python scripts/run.py

## Everything: the checks; the tests, in headless Chromium too; on PostgreSQL again what a database may change
test: check
	@scripts/system_packages.sh runtime test
	env -u TEST_DATABASE_URL $(PYTEST) -n 2 -m "not ($(UNCOUNTED))" --cov
	env -u TEST_DATABASE_URL $(PYTEST) -n 3 -m "$(UNCOUNTED)"
	.venv/bin/python scripts/with_postgres.py $(PYTEST) -n 2 -m "not once"

## kill -9 under load: what was acknowledged and lost (docs/hosting.md); .ci/run calls it after make test
crashtest: $(BUILT)
	@scripts/system_packages.sh runtime test
	@.venv/bin/python -m tests.crash.run

## Scans of 600 sheets filled by simulated pens, read back (docs/scanning.md); a sample is in make test
scantest: $(BUILT)
	@scripts/system_packages.sh runtime
	@$(CHECKED) .venv/bin/python -m tests.scanning.run

## What a hosted installation needs before it starts, in its own environment: see docs/hosting.md
install: $(BUILT)
	@scripts/system_packages.sh runtime
	@.venv/bin/python manage.py collectstatic --noinput --verbosity 0

## Speed, as ratios to references of the same run (docs/performance.md); ROUNDS=3 REVIEWS=100000 PARTS=directors for less
bench: $(BUILT)
	@scripts/system_packages.sh runtime test chromium
	@.venv/bin/python -m tests.benchmarks.run

## What needs no test run to be found wrong
check: $(BUILT)
	@scripts/system_packages.sh runtime
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint --quiet
	$(CHECKED) .venv/bin/mypy
	$(CHECKED) .venv/bin/python -W error manage.py check
	$(CHECKED) .venv/bin/python -W error manage.py makemigrations --check --dry-run

format: .venv/stamp
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

## The French catalogue, brought up to date with the sources
messages: .venv/stamp
	@scripts/system_packages.sh gettext
	.venv/bin/python manage.py makemessages --locale fr --no-location --no-obsolete --ignore '.*' --ignore build

## The pictures of README.md and docs/, taken anew from the demo
pictures: $(BUILT)
	@scripts/system_packages.sh runtime test
	@.venv/bin/python scripts/make_pictures.py docs/pictures

## requirements.lock, anew from pyproject.toml
lock: .venv/stamp
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--group build --group check --group test pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build $(CATALOGUES)

.venv/stamp: requirements.lock scripts/make_venv.sh
	@echo "Making .venv"
	@scripts/make_venv.sh
	@touch $@

%.mo: %.po .venv/stamp
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@

$(FONTS) &: scripts/make_font.py .venv/stamp
	@.venv/bin/python scripts/make_font.py build
