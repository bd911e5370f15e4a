"""Tracking methods: each turns a job into track updates. One file each, found by the registry."""
