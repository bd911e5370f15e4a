"""Tracks files: one module per format, found by the registry."""
