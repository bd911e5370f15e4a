"""``python -m napari_cotracker`` is the command line."""

from .cli import main

main()
