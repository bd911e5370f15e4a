"""Fetching weights from a local stand-in for the Hugging Face hub."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.tracker import Control
from napari_cotracker.trackers import download, weights
from napari_cotracker.trackers.download import fetch, provide_weights
from napari_cotracker.trackers.models import COTRACKER3_TRACKERS, NON_COMMERCIAL, Choice, Model, WeightsFile
from tests.generators import drain

CONTENT = bytes(range(256)) * 1200
FILE = WeightsFile("tiny.pth", len(CONTENT) / 1e6, repository="maker/model")
MODEL = Model("tiny", "A tiny stand-in", COTRACKER3_TRACKERS, {"": FILE}, **NON_COMMERCIAL)
CHOICE = Choice(MODEL, "online", "cotracker3-online")


class Hub(ThreadingHTTPServer):
    """Answers HEAD and GET for one file, with a redirect to another path as for large files."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.etag = hashlib.sha256(CONTENT).hexdigest()
        self.sent = CONTENT
        self.status = 200
        self.requests: list[str] = []
        self.tokens: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        hub = self.server
        hub.requests.append(f"{self.command} {self.path}")
        hub.tokens.append(self.headers.get("authorization"))
        at_hub = "/resolve/" in self.path
        status = hub.status if hub.status != 200 else 302 if at_hub else 200
        body = hub.sent if status == 200 and with_body else b""
        self.send_response(status)
        if hub.status == 404:
            self.send_header("X-Error-Code", "EntryNotFound")
        if at_hub:
            self.send_header("X-Repo-Commit", "a" * 40)
            self.send_header("X-Linked-Etag", f'"{hub.etag}"')
            self.send_header("X-Linked-Size", str(len(CONTENT)))
            # as in real life, files lie on another host, which the hub's client does not ask for its headers
            self.send_header("Location", f"http://localhost:{hub.server_address[1]}/store/{FILE.name}")
        self.send_header("ETag", f'"{hub.etag}"')
        self.send_header("Content-Length", str(len(CONTENT) if status == 200 else 0))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants, file_download

    server = Hub()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(weights, "weights_folder", lambda: tmp_path / "weights")
    monkeypatch.setattr(weights, "consent_file", lambda: tmp_path / "licences.json")
    for module in (weights, download):
        monkeypatch.setattr(module, "cache_folder", lambda: tmp_path / "hub")
    monkeypatch.setattr(file_download.time, "sleep", lambda seconds: None)
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_is_asked_of_the_network_before_the_licence_is_accepted(hub: Hub) -> None:
    with pytest.raises(CheckpointError, match=r"licence.*CC-BY-NC-4\.0.*--accept-licence.*tiny\.pth"):
        drain(provide_weights(CHOICE))
    assert hub.requests == []


def test_accepted_weights_are_fetched_and_the_second_run_needs_no_network(hub: Hub) -> None:
    seen, path = drain(provide_weights(CHOICE, accepted=True))
    assert path.read_bytes() == CONTENT
    assert all(0 <= share <= 1 and "tiny.pth" in message for share, message in seen)
    assert weights.is_accepted(MODEL)
    assert set(hub.tokens) == {None}
    hub.requests.clear()
    assert drain(provide_weights(CHOICE)) == ([], path)
    assert hub.requests == []


def test_accepted_once_is_accepted(hub: Hub) -> None:
    weights.accept_licence(MODEL)
    assert drain(provide_weights(CHOICE))[1].read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "reason"), [(404, "does not have it"), (403, "HTTP status 403")])
def test_a_refusal_says_what_to_fetch_by_hand_and_where_to_put_it(
    hub: Hub, status: int, reason: str, tmp_path: Path
) -> None:
    hub.status = status
    with pytest.raises(CheckpointError) as error:
        drain(fetch(FILE, Control()))
    for part in ("tiny.pth", FILE.url, str(tmp_path / "weights"), "--checkpoint"):
        assert part in str(error.value)
    assert reason in str(error.value)


def test_no_server_is_no_connection(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(CheckpointError, match="no connection"):
        drain(fetch(FILE, Control()))


def test_a_transfer_that_breaks_off_leaves_no_file(hub: Hub) -> None:
    hub.sent = CONTENT[:100_000]
    with pytest.raises(CheckpointError, match="broke off"):
        drain(fetch(FILE, Control()))
    assert weights.find_weights(FILE) is None


def test_other_content_than_the_checksum_says_is_removed_and_fetched_anew(hub: Hub) -> None:
    hub.sent = CONTENT[::-1]
    with pytest.raises(CheckpointError, match="other content"):
        drain(fetch(FILE, Control()))
    assert weights.find_weights(FILE) is None
    hub.sent = CONTENT
    assert drain(fetch(FILE, Control()))[1].read_bytes() == CONTENT


def test_cancel_stops_the_wait(hub: Hub) -> None:
    class Cancelled(Control):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(TrackingError, match="cancelled"):
        drain(fetch(FILE, Cancelled()))


def test_a_full_disk_is_named(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def full(*args: Any, **kwargs: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", full)
    with pytest.raises(CheckpointError, match=r"disk of .* is full"):
        drain(fetch(FILE, Control()))
