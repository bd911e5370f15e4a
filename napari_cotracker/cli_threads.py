"""Imported before all that loads numpy, which then keeps its products on one processor."""

from __future__ import annotations

import os

from .core.threads import keep_to_one

keep_to_one(os.environ)
