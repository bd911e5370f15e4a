"""Links that are cut, and keep nothing alive."""

from __future__ import annotations

import gc
import weakref

from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.subscriptions import Subscriptions


class Listener:
    def __init__(self) -> None:
        self.heard = 0

    def hear(self) -> None:
        self.heard += 1


def test_links_are_cut_all_at_once() -> None:
    selection, listener, links = Selection(), Listener(), Subscriptions()
    links.add(selection.changed, listener.hear)
    selection.set([1])
    links.clear()
    selection.set([2])
    links.clear()
    assert listener.heard == 1


def test_a_listener_that_is_gone_is_no_trouble() -> None:
    selection, listener, links = Selection(), Listener(), Subscriptions()
    links.add(selection.changed, listener.hear)
    seen = weakref.ref(listener)
    del listener
    gc.collect()
    assert seen() is None
    selection.set([1])
    links.clear()
