"""How many processors numpy's products take, and how long torch's threads wait awake.

Those of motions and warps are small; with more threads these spin for the next one, which took half of all
processor time from decoding, drawing and encoding. Threads of torch's OpenMP wait awake for
milliseconds, unless told otherwise: as soon as something else needs a processor, a run gets several times slower.
"""

from __future__ import annotations

from collections.abc import MutableMapping

VARIABLE = "OPENBLAS_NUM_THREADS"
PATIENCE = "GOMP_SPINCOUNT"
ROUNDS = "1000"  # a few microseconds: with longer waits a busy machine stalls (measured)


def keep_to_one(environment: MutableMapping[str, str]) -> None:
    """Have a process with this environment take one, unless the user has said otherwise; libraries read it once."""
    environment.setdefault(VARIABLE, "1")
    environment.setdefault(PATIENCE, ROUNDS)
