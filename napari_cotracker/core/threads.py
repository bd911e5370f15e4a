"""How many processors numpy's products take.

Those of motions and warps are small; with more threads these spin for the next one, which took half of all
processor time from decoding, drawing and encoding.
"""

from __future__ import annotations

from collections.abc import MutableMapping

VARIABLE = "OPENBLAS_NUM_THREADS"


def keep_to_one(environment: MutableMapping[str, str]) -> None:
    """Have a process with this environment take one, unless the user has said otherwise; numpy reads it once."""
    environment.setdefault(VARIABLE, "1")
