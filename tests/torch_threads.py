"""So many threads for torch, as on a machine with so many cores; tests run with one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def torch_threads_are(count: int) -> Iterator[None]:
    """Threads that begin meanwhile, and the one that asks, take so many."""
    own = torch.get_num_threads()
    with ThreadPoolExecutor(1) as pool:
        usual = pool.submit(torch.get_num_threads).result()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(own)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(torch.set_num_threads, usual).result()
