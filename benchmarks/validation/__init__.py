"""Held-out clips with exact tracks, on which trackers are scored and never trained; see README.md here."""
