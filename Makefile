# What people and CI run. Each target makes what it needs first; a second run is quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

python := .venv/bin/python
# Both sides judge, so both carry the same built rules.
carried := agent/src/rongdun_agent/content collector/src/rongdun_collector/content
built := $(firstword $(carried))
packs := $(addprefix $(built)/,linux-baseline.json drill-host.json)
controls := $(built)/gbt22239-2019.json
schemes := $(patsubst rules/schemes/%,collector/src/rongdun_collector/content/schemes/%,$(wildcard rules/schemes/*.yaml))
copies := $(foreach room,$(wordlist 2,9,$(carried)),$(addprefix $(room)/,$(notdir $(packs) $(controls))))
# Folders count too: a rule that was removed changes nothing else.
language := $(shell find contract/src -name '*.py')
rules := $(shell find rules -type d -o -name '*.yaml')

.PHONY: help
help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

.PHONY: demo
demo: environment-run content ## inventory, judge and show this host; ONCE=1 checks its own pages and ends; PORT=… moves it
	@$(python) deploy/demo/demo.py $(if $(PORT),--port $(PORT)) $(if $(FOLDER),--folder $(FOLDER)) $(if $(ONCE),--once)

.PHONY: test
test: environment-dev content ## install what the tests need and run them; ARGS=… goes to pytest
	@tests/lab/install
	@$(python) -m pytest -n 2 --dist loadfile -m "not bench and not vm" -q $(ARGS)

.PHONY: test-vm
test-vm: environment-dev content ## what only a virtual machine shows: audit, AppArmor, closed files (as root; ten minutes)
	@tests/lab/install
	@tests/lab/install tests/lab/qemu/packages
	@$(python) -m pytest -m vm -q -o faulthandler_timeout=0 tests/service/test_in_vm.py $(ARGS)

.PHONY: check
check: environment-dev ## what CI demands of the source: lint, format, types, imports
	@$(python) -m ruff check --quiet .
	@$(python) -m ruff format --quiet --check .
	@$(python) -m mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

.PHONY: format
format: environment-dev ## put the source into the house's format
	@$(python) -m ruff check --quiet --fix .
	@$(python) -m ruff format --quiet .

.PHONY: bench
bench: environment-dev content ## measure a scan against other scanners (as root; takes minutes)
	@tests/lab/install tests/bench/packages
	@$(python) -m pytest -m bench -q -s -o faulthandler_timeout=0 tests/bench $(ARGS)

.PHONY: generate
generate: environment-dev content ## rewrite the files that are built from source and committed
	@$(python) -m rongdun_contract.rules.reference docs/reference
	@$(python) -m rongdun_collector.metrics.reference docs/reference/metrics.md
	@$(python) -m docs.reference_pages docs/reference
	@$(python) -m dashboards.build

.PHONY: content
content: $(packs) $(controls) $(copies) $(schemes) ## build the rules that agent and collector carry

$(packs): $(built)/%.json: $(rules) $(language) | environment-run
	@.venv/bin/rongdun-agent pack build rules/$* --output $@

$(controls): $(built)/%.json: $(rules) $(language) | environment-run
	@.venv/bin/rongdun-agent pack build rules/controls/$*.yaml --pack rules/linux-baseline --output $@

$(copies): $(packs) $(controls)
	@cp $(built)/$(@F) $@

$(schemes): collector/src/rongdun_collector/content/%: rules/%
	@mkdir -p $(@D) && cp $< $@

.PHONY: wheels
wheels: environment-dev content ## build the three distributions into dist/
	@for room in contract agent collector; do $(python) -m build --no-isolation --outdir dist $$room >/dev/null; done
	@ls dist

.PHONY: packages
packages: environment-dev content ## build what is installed on hosts into dist/packages; ARCH=x86_64|aarch64 one of both
	@tests/lab/install deploy/packages/apt
	@$(python) -m deploy.packages $(ARCH)

.PHONY: pins
pins: environment-dev ## take newer sources of the hosts' interpreter into deploy/packages/sources.toml
	@$(python) -m deploy.packages --pin

.PHONY: requirements
requirements: environment-dev ## pin again what requirements/*.in name; UPGRADE=1 takes newer ones
	@cd requirements && for kind in run dev bundle discovery compiler; do \
	  CUSTOM_COMPILE_COMMAND="make requirements" ../.venv/bin/pip-compile --quiet --generate-hashes --strip-extras \
	    --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    $(if $(UPGRADE),--upgrade) --output-file $$kind.txt $$kind.in; done

.PHONY: clean
clean: ## remove what was built and cached; .venv and the demo's data stay
	@rm -rf dist .ruff_cache .mypy_cache .pytest_cache .hypothesis $(addsuffix /*.json,$(carried)) $(schemes)
	@find agent collector contract dashboards deploy tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: environment-run environment-dev
environment-run environment-dev: environment-%:
	@requirements/install $*
