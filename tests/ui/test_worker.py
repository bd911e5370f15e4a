"""What the worker's thread says arrives in Qt's thread: all of it, in order, in small portions."""

from __future__ import annotations

import threading
import time
from typing import Any

from qtpy.QtCore import QThread

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.ui import worker
from napari_cotracker.ui.worker import Mailbox, shared_worker

from .mouse import settle, wait_until


def in_another_thread(work: Any) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_everything_arrives_in_order_and_in_qts_thread(qtbot: Any) -> None:
    mailbox, heard = Mailbox(), []
    mine = QThread.currentThread()
    mailbox.updated.connect(lambda update: heard.append((update.done, QThread.currentThread() is mine)))
    mailbox.finished.connect(lambda result, cancelled: heard.append((result, cancelled)))

    def talk() -> None:
        for k in range(500):
            mailbox.listener.updated(TrackUpdate.heartbeat(k / 500))
        mailbox.listener.finished({"bad_frames": []}, False)

    in_another_thread(talk)
    assert heard == [], "nothing is done in the worker's thread"
    wait_until(lambda: len(heard) == 501)
    assert heard == [*((k / 500, True) for k in range(500)), ({"bad_frames": []}, False)]


def test_a_slow_reader_lets_the_window_breathe(qtbot: Any) -> None:
    mailbox, turns = Mailbox(), []
    mailbox.updated.connect(lambda update: time.sleep(0.006))
    in_another_thread(lambda: [mailbox.listener.updated(TrackUpdate.heartbeat(0)) for _ in range(20)])
    while mailbox.listener._letters:
        began = time.monotonic()
        settle()
        turns.append(time.monotonic() - began)
    assert len(turns) > 1, "twenty letters of 6 ms are not read in one go"


def test_talk_and_reading_at_once_lose_nothing(qtbot: Any) -> None:
    mailbox, heard = Mailbox(), []
    mailbox.updated.connect(lambda update: heard.append(update.done))
    thread = threading.Thread(target=lambda: [mailbox.listener.updated(TrackUpdate.heartbeat(k)) for k in range(3000)])
    thread.start()
    wait_until(lambda: len(heard) == 3000, 20)
    thread.join()
    assert heard == list(range(3000))


def test_a_closed_mailbox_hears_nothing_more(qtbot: Any) -> None:
    mailbox, heard = Mailbox(), []
    mailbox.failed.connect(heard.append)
    listener = mailbox.listener
    in_another_thread(lambda: listener.failed(TrackingError("first")))
    mailbox.close()
    settle(0.05)
    in_another_thread(lambda: listener.failed(TrackingError("second")))
    settle(0.05)
    assert heard == []


def test_a_mailbox_that_qt_has_deleted_does_no_harm(qtbot: Any) -> None:
    mailbox = Mailbox()
    listener = mailbox.listener
    mailbox.deleteLater()
    settle(0.05)
    in_another_thread(lambda: listener.updated(TrackUpdate.heartbeat(0)))


def test_all_viewers_share_one_worker() -> None:
    assert shared_worker() is shared_worker()
    assert isinstance(shared_worker(), worker.Worker)
