"""The menu of edits, for a right click and for a button."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from qtpy.QtCore import QObject, QPoint, Qt
from qtpy.QtGui import QCursor
from qtpy.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from ..editing.part import when
from .edit_actions import NO_VIDEO, EditActions, Offer
from .edit_aim import Ids
from .edit_table import EDITS, NO_TRACK
from .sections import button


@dataclass(frozen=True)
class Group:
    """Offers that unfold beside a title."""

    title: str
    offers: tuple[Offer, ...]

    @property
    def refusal(self) -> str:
        """Why none of them can be taken; "" if one can."""
        return "" if any(not offer.refusal for offer in self.offers) else self.offers[0].refusal


Part = list["Offer | Group"]


class EditMenu(QObject):
    """Makes the menu of what can be done with the selected tracks now.

    Parameters
    ----------
    actions : EditActions
    parent : QWidget
        Over which it opens.

    Attributes
    ----------
    keys : dict of str to str
        The keys that do the same, by the name of an edit; they are shown beside it.
    """

    def __init__(self, actions: EditActions, parent: QWidget) -> None:
        super().__init__(parent)
        self._all = self._actions = actions
        self._parent = parent
        self.keys: dict[str, str] = {}

    def popup(self, at: QPoint, within: Ids | None = None) -> QMenu:
        """Open it at a place on the screen; it goes when it is closed.

        Parameters
        ----------
        at : QPoint
        within : (n,) int64, optional
            Tracks beyond which it does nothing, selected or not: a table's filter may hide some of them.
        """
        self._actions = self._all.within(within)
        menu = self.build()
        menu.popup(at)
        return menu

    def popup_at_mouse(self) -> None:
        """Open it where the mouse is; if that is not over the window, in the middle of this."""
        window, at = self._parent.window(), QCursor.pos()
        self.popup(at if window.frameGeometry().contains(at) else window.geometry().center())

    def button(self) -> QPushButton:
        """A button beneath which it opens."""
        made = button("Edit ▾", "What can be done with the selected tracks (E, or a right click on a row)",
                      lambda: self.popup(made.mapToGlobal(QPoint(0, made.height()))))
        made.setAccessibleName("edit tracks")
        return made

    def build(self) -> QMenu:
        """The menu as it is now, not yet shown."""
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for number, part in enumerate(self.parts()):
            if number:
                menu.addSeparator()
            for entry in part:
                _add(menu, entry)
        return menu

    def parts(self) -> Iterator[Part]:
        """What it holds, from top to bottom."""
        yield [self._offer("hide"), self._offer("show"), self._offer("verify")]
        shaping: Part = [self._group("Interpolate", ("straight", "curved")), self._offer("smooth"), self._offer("copy")]
        yield [*shaping, *self._answers()]
        yield [self._offer("start"), self._offer("end"), self._offer("clear")]
        yield [self._offer("split"), self._offer("merge"), self._offer("swap")]
        yield [*self._names()]

    def _offer(self, name: str) -> Offer:
        offer = self._actions.offer(name)
        key = self.keys.get(name)
        return replace(offer, text=f"{offer.text}\t{key}") if key else offer

    def _group(self, title: str, names: Iterable[str]) -> Group:
        """Edits of the same frames, which are named in the title."""
        aim, words = self._actions.aim, title
        offers = tuple(self._offer(name) for name in names)
        if aim is not None:
            words = f"{title} {aim.who}"
            if not offers[0].refusal:
                words += f", {when(EDITS[next(iter(names))].frames(aim))}"
        return Group(words, offers)

    def _answers(self) -> Iterator[Offer | Group]:
        if self._actions.retrack is not None:
            yield self._actions.offer_retrack()
        yield self._group("Take the other answer for", ("take before", "take after"))

    def _names(self) -> Iterator[Offer]:
        aim = self._actions.aim
        who, count = ("tracks", 0) if aim is None else (aim.who, len(aim.ids))
        reason = NO_VIDEO if aim is None else "" if count else NO_TRACK
        yield Offer(f"Go to the first frame of {who}", self._actions.go_to_first, reason)
        yield Offer(f"Rename {who}…", self.ask_name, reason or ("" if count == 1 else "rename one track at a time"))
        yield Offer(f"Put {who} into a group…", self.ask_group, reason)
        yield Offer(f"Delete {who}", self._actions.delete, reason)

    def ask_name(self) -> None:
        """Let the user type another name for the selected track; nothing waits for the answer."""
        aim = self._actions.aim
        if aim is not None and len(aim.ids) == 1:
            dialog = self._dialog("Rename", "Name of the track; a slash says individual/keypoint")
            dialog.setTextValue(aim.rows[0].name)
            dialog.textValueSelected.connect(self._actions.rename)
            dialog.open()

    def ask_group(self) -> None:
        """Let the user choose or type a group for the selected tracks."""
        aim = self._actions.aim
        if aim is not None and len(aim.ids):
            dialog = self._dialog("Group", f"Group of {aim.who}; empty for none")
            dialog.setComboBoxItems(sorted({"", *(row.group for row in aim.session.rows)}))
            dialog.setComboBoxEditable(True)
            dialog.setTextValue(aim.rows[0].group)
            dialog.textValueSelected.connect(self._actions.regroup)
            dialog.open()

    def _dialog(self, title: str, label: str) -> QInputDialog:
        dialog = QInputDialog(self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        return dialog


def _add(menu: QMenu, entry: Offer | Group) -> None:
    if isinstance(entry, Group):
        inner = menu.addMenu(_plain(entry.title))
        inner.setToolTipsVisible(True)
        for offer in entry.offers:
            _add(inner, offer)
        action, about = inner.menuAction(), ""
    else:
        action, about = menu.addAction(_plain(entry.text)), entry.about
        action.triggered.connect(lambda _=False, act=entry.act: act())
    action.setEnabled(not entry.refusal)
    action.setToolTip(_sentence(entry.refusal or about or action.text()))


def _plain(text: str) -> str:
    """A name may hold what Qt takes for the mark of a key."""
    return text.replace("&", "&&")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
