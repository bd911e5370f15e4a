"""Edits from end to end: drawn films, tracks by our own trackers, masks and pictures carried by them."""
