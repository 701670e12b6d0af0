# Two commands, always true on a fresh clone: `make demo` and `make test`.
.PHONY: setup demo test
setup:
	@scripts/setup

demo: setup
	@scripts/demo

test: setup
	@scripts/test
