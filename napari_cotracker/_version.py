"""The version, read by the build and by ``napari_cotracker.__version__``."""

__version__ = "0.1.0"
