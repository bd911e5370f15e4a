"""Everything that shows something in napari."""
