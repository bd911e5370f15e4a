"""Lazy frames from any source, and films written."""
