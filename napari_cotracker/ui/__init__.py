"""The window: napari, Qt and nothing else."""
