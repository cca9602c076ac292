# Everything a fresh Debian 12 machine with Node 20, npm, make and root needs is brought in by `make setup`,
# which the other targets call; a second run needs no network.

NODE_VERSION := 24.21.0
TOOLS := .tools
NODE := $(TOOLS)/node_modules/node/bin/node
export PATH := $(CURDIR)/$(TOOLS)/node_modules/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check fix bench bench-attached storm soak package clean

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Bring in Node 24, the npm packages and, as root, the Debian packages of the laboratory
	@tools/setup.sh $(NODE_VERSION)

demo: ## Two APIs, three conductors, 20 nodes, one SIGKILL and one virtual machine
	@tools/setup.sh $(NODE_VERSION) demo
	@bin/bootring demo --vm-kernel $(TOOLS)/lab/vmlinuz --vm-initrd $(TOOLS)/lab/initrd.gz

run: setup ## Start bootring serve and stay
	@bin/bootring serve

test: setup ## Check format, lint and types, then run every test
	@tools/test.sh

check: setup ## Check format, lint and types
	@tools/check.sh

fix: setup ## Format, and mend what the linter can
	@biome check --write .

bench: setup ## Measure boot scripts per second against nginx, and managing nodes; results in bench/results
	@$(NODE) bench/run.ts
	@$(NODE) bench/management.ts
	@$(NODE) bench/events.ts

bench-attached: setup ## Measure what bootring adds to the load of a real Ironic's database
	@$(NODE) bench/attached.ts

storm: setup ## Boot 10,000 machines while everything dies, and count what is lost; half an hour, results in storm/results
	@$(NODE) storm/run.ts $(STORM)

soak: setup ## Half an hour under load with faults; results in storm/results
	@$(NODE) storm/run.ts --soak $(STORM)

package: setup ## Build dist/ and the npm package
	@npm pack

clean: ## Remove what was built and what setup brought in
	@rm -rf dist $(TOOLS) node_modules
