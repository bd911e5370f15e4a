# `make demo` and `make test` set everything up by themselves, in .venv.
#
#   PYTHON=python3.12                another interpreter (3.11 or newer)
#   TORCH='torch==2.13.0 ...'        another build of torch: anything that pip understands

PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
# tests start many processes: none need compile the same files again, whatever the caller's environment says
export PYTHONDONTWRITEBYTECODE :=
READY := $(VENV)/ready
# each of them starts a virtual screen of its own (pytest-xvfb)
PARALLEL := -n auto --maxprocesses 4 --dist worksteal

# a virtual screen with software OpenGL, for the tests of the window
ON_SCREEN := xvfb-run -a -s "-screen 0 1920x1200x24"
SCREEN_WORKS := $(BIN)/python -c "from PyQt6.QtGui import QOpenGLContext; from PyQt6.QtWidgets import QApplication; \
	app = QApplication([]); assert QOpenGLContext().create()"
SCREEN_PACKAGES := xvfb xauth libgl1 libgl1-mesa-dri libegl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 \
	libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0
# pytest's plugins for napari and Qt cannot even be loaded without some of these
NO_WINDOW := -p no:napari -p no:pytest-qt

.PHONY: help setup demo test check docs clean screen

help:
	@echo "make demo    track the bundled clip and write tracks and a preview film to demo-output/"
	@echo "make test    check style and types, then run every test"
	@echo "make check   only style, types and the plugin's manifest"
	@echo "make docs    build the documentation into site/"
	@echo "make clean   remove what these commands made"

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and '$(PYTHON)' was not found;" \
		"install it (Debian, Ubuntu: apt-get install python3 python3-venv) or run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, and" \
		"'$(PYTHON)' is $$($(PYTHON) -V); run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy python3-venv >/dev/null; } || { \
		echo "Python's venv module is missing; Debian, Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt $(TORCH)
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	@touch $@

setup: $(READY)

demo: $(READY)
	$(BIN)/napari-cotracker demo --out demo-output

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/npe2 validate napari_cotracker/napari.yaml

screen: $(READY)
	@if ! $(ON_SCREEN) $(SCREEN_WORKS) >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing a virtual screen: $(SCREEN_PACKAGES)"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qqy --no-install-recommends $(SCREEN_PACKAGES) >/dev/null; \
	fi

test: check screen
	@if $(ON_SCREEN) $(SCREEN_WORKS) >/dev/null 2>&1; then \
		$(BIN)/python -m pytest $(PARALLEL); \
	elif $(SCREEN_WORKS) >/dev/null 2>&1; then \
		$(BIN)/python -m pytest; \
	else \
		echo; echo "*** NOT TESTED: the window (tests/ui). There is no screen and no working xvfb-run; on Debian, Ubuntu:"; \
		echo "*** sudo apt-get install --no-install-recommends $(SCREEN_PACKAGES)"; echo; \
		$(BIN)/python -m pytest $(PARALLEL) $(NO_WINDOW) --ignore tests/ui; \
	fi

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) demo-output site .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
