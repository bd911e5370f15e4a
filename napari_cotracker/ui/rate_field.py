"""Where a person says how many frames per second images have."""

from __future__ import annotations

from qtpy.QtWidgets import QLineEdit, QWidget

from ..core.errors import CotrackerError
from ..core.rate import rate_in_words, read_rate
from ..core.video import Unpaced, Video
from .desk import Desk
from .noted import set_rate
from .sections import form, tip

TIP = ("Images do not say how fast they play: enter 24, 23.976 or 24000/1001, say. Exports and renders use "
       "this rate; tracking does not depend on it.")


class RateField(QWidget):
    """A line with the frames per second of the current video; hidden while that knows its own.

    It takes no turns of the mouse wheel, which would change the rate while the panel is scrolled.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._video: Video | None = None
        self.field = QLineEdit()
        tip(self.field, "frames per second", TIP)
        lines = form()
        lines.addRow("Frames/s", self.field)
        self.setLayout(lines)
        self.field.editingFinished.connect(self._take)
        self.refresh()

    def refresh(self) -> None:
        """Show the rate of the current video."""
        before, self._video = self._video, None if self._desk.current is None else self._desk.current.video
        self.setVisible(isinstance(self._video, Unpaced))
        if self._video is not before:
            self.field.setModified(False)  # what was begun for another one is nobody's
        if self._video is not None and not self.isHidden() and not self.field.isModified():
            self.field.setText(rate_in_words(self._video.fps))

    def _take(self) -> None:
        """What was typed; if it makes no sense, what was there comes back."""
        project, is_typed = self._desk.current, self.field.isModified()
        self.field.setModified(False)
        if project is None or not is_typed:
            return
        try:
            fps = read_rate(self.field.text())
            if fps != project.video.fps:
                set_rate(project.session, project.video, fps)
                self._desk.say(f"{rate_in_words(fps)} frames per second from now on, in exports and renders")
        except CotrackerError as error:
            self._desk.say(str(error))
        self.refresh()
