"""The one mutable thing: a session of tracks, its edits, and their undoing."""
