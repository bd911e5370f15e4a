"""The question before weights with a licence of their own are fetched."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from napari_cotracker.tasks.plan import TrackOptions, licence_to_accept
from napari_cotracker.ui.consent import MAY_BREAK, Consent
from napari_cotracker.ui.sections import Section

from .conftest import CountingVideo
from .mouse import settle

NOTICE = SimpleNamespace(
    model="cotracker3", file="scaled_online.pth", megabytes=96.94, licence="CC-BY-NC-4.0",
    licence_url="https://example.org/licence?a=1&b=2", summary="Not for <commercial> use.",
    url="https://models.example.org/cotracker3/scaled_online.pth",
    folder="/data/a_long_name/with & sign/models_of_mine")


@pytest.fixture
def consent(qtbot: Any) -> tuple[Consent, list[Any]]:
    made, heard = Consent(), []
    qtbot.addWidget(made)
    made.accepted.connect(lambda: heard.append("accepted"))
    made.declined.connect(lambda: heard.append("declined"))
    made.file_chosen.connect(heard.append)
    return made, heard


def test_it_says_what_from_where_how_large_and_whereto(consent: tuple[Consent, list[Any]]) -> None:
    made, _ = consent
    assert made.isHidden()
    made.ask(NOTICE)
    text = made.text.text().replace(MAY_BREAK, "")
    for part in ("scaled_online.pth", "96.9 MB", ">CC-BY-NC-4.0</a>", ">models.example.org</a>",
                 "Not for &lt;commercial&gt; use.", "/data/a_long_name/with &amp; sign/models_of_mine",
                 'href="https://example.org/licence?a=1&amp;b=2"', f'href="{NOTICE.url}"'):
        assert part in text
    assert made.isVisible()


def test_the_real_notice_of_the_official_weights_is_told(consent: tuple[Consent, list[Any]]) -> None:
    notice = licence_to_accept(CountingVideo(), TrackOptions(model="cotracker3"))
    made, _ = consent
    made.ask(notice)
    text = made.text.text().replace(MAY_BREAK, "")
    assert notice.licence in text
    assert f"{notice.megabytes:.1f} MB" in text
    assert notice.folder in text


@pytest.mark.parametrize(("name", "word"), [("accept_button", "accepted"), ("decline_button", "declined")])
def test_an_answer_is_told_once_and_closes_it(consent: tuple[Consent, list[Any]], name: str, word: str) -> None:
    made, heard = consent
    made.ask(NOTICE)
    QTest.mouseClick(getattr(made, name), Qt.MouseButton.LeftButton)
    assert heard == [word]
    assert made.isHidden()


def test_a_file_may_be_used_instead(consent: tuple[Consent, list[Any]], tmp_path: Path) -> None:
    made, heard = consent
    (tmp_path / "mine.pth").write_bytes(b"weights")
    made.ask(NOTICE)
    QTest.mouseClick(made.file_button, Qt.MouseButton.LeftButton)
    dialog = made.findChild(QFileDialog)
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(tmp_path / "mine.pth"))
    dialog.accept()
    settle()
    assert heard == [str(tmp_path / "mine.pth")]
    assert made.isHidden()


def test_a_dialog_that_is_closed_leaves_the_question_open(consent: tuple[Consent, list[Any]]) -> None:
    made, heard = consent
    made.ask(NOTICE)
    made.ask_for_file()
    made.findChild(QFileDialog).reject()
    settle()
    assert heard == []
    assert made.isVisible()


def test_links_can_be_reached_and_read_in_every_theme(qtbot: Any) -> None:
    whole, made = QWidget(), Consent()
    qtbot.addWidget(whole)
    QVBoxLayout(whole).addWidget(made)
    whole.show()
    made.ask(NOTICE)
    flags = made.text.textInteractionFlags()
    assert flags & Qt.TextInteractionFlag.LinksAccessibleByKeyboard
    assert made.text.openExternalLinks()
    colours = set()
    for window, text in (("#23242b", "#f0f1f2"), ("#ebe7e6", "#1e1e21")):
        whole.setStyleSheet(f"QWidget {{ background-color: {window}; color: {text} }}")
        settle()
        colours.add(made.text.text().split("color: ")[1][:7])
    assert len(colours) == 2


def test_nothing_of_it_is_cut_at_the_panels_width(consent: tuple[Consent, list[Any]]) -> None:
    made, _ = consent
    made.ask(NOTICE)
    assert made.minimumSizeHint().width() <= 290


def test_it_is_seen_where_its_section_is_folded(qtbot: Any) -> None:
    section, made = Section("Track", is_open=False), Consent()
    qtbot.addWidget(section)
    section.body.addWidget(made)
    section.show()
    made.ask(NOTICE)
    assert made.isVisible()
