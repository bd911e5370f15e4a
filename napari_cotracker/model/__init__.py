"""CoTracker3 as tensors in, tensors out."""
