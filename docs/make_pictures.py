"""Makes the pictures of the tour and the animation of the README, from the real program.

    xvfb-run -a -s "-screen 0 1920x1200x24" python docs/make_pictures.py [FOLDER [tour | edit | animation]]

On a computer with a screen leave xvfb-run out, and the mouse alone while it runs. It opens the window on a sample
clip, clicks and drags as a user does, has the child process track, and writes PNG files and `tour.gif` into FOLDER,
or docs/images. It takes about two minutes. Settings and caches are a folder of its own that goes afterwards: those of
whoever runs it are neither read nor changed.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.cluster.vq import kmeans2
from scipy.spatial import cKDTree

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZE = (1280, 800)
FRAME = 54  # of the clip `insects`: all five are in sight
POINTS = {"caterpillar": (229, 93), "green beetle": (239, 247), "striped beetle": (340, 203)}
LATER = {"ladybird": (206, 323)}
LEAF = [(334, 262), (322, 285), (330, 298), (390, 301), (438, 268), (462, 206), (405, 203), (356, 214)]
BOXES = {"caterpillar": [(178, 80), (234, 106)], "green": [(214, 216), (268, 282)],
         "ladybird": [(186, 302), (238, 345)], "striped": [(322, 184), (356, 220)]}
HIDDEN = 43  # a frame on which the striped beetle is beneath the leaf
PAINTED, CARRIED = 55, 66  # the frame on which a mask of the green beetle is painted, and one to look at
BEETLE = (252, 231, 26, 42)  # middle and half axes, y before x
LIMIT, ANIMATION_LIMIT = 300_000, 2_000_000  # bytes

GIF_WIDTH, GIF_RATE, GIF_COLOURS = 960, 10, 240
NOTICED = 26  # in the film a change of less than this, of 255, is noise and not drawn again
Box = tuple[int, int, int, int] | None
ARROW = [(0, 0), (0, 17), (4, 13.2), (6.6, 19), (9.2, 17.9), (6.7, 12.3), (12, 12)]


def main(folder: Path, parts: tuple[str, ...] = ("tour", "edit", "animation")) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with own_folders():
        if "tour" in parts:
            tour(folder)
        if "edit" in parts:
            edit(folder)
        if "animation" in parts:
            Animation(folder).play()
    for path in sorted([*folder.glob("tour*"), *folder.glob("edit-section*")]):
        limit = ANIMATION_LIMIT if path.suffix == ".gif" else LIMIT
        size = path.stat().st_size
        print(f"{size / 1000:7.0f} kB  {path.name}{'  TOO LARGE' if size > limit else ''}")


@contextmanager
def own_folders():
    """Napari and this program keep everything in a folder that goes afterwards. Before napari is imported."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HF_HOME", "HF_HUB_CACHE", "LOCALAPPDATA"):
            os.environ[name] = str(Path(home) / name.lower())
        os.environ["NAPARI_CONFIG"] = str(Path(home) / "napari" / "settings.yaml")
        yield


class Window:
    """The program with the sample clip in it, and hands for mouse and keyboard."""

    def __init__(self) -> None:
        from napari_cotracker.core.samples import sample_clip
        from napari_cotracker.ui.window import make_viewer

        self.viewer = make_viewer(sample_clip("insects"))
        self.native = self.viewer.window._qt_window
        self.native.resize(*SIZE)
        self.settle(2)
        self.panel = self.viewer.window.dock_widgets["CoTracker (napari-cotracker)"]
        self.project = self.panel.desk.current
        self.wait_until(lambda: self.project.is_indexed)
        self.wait_until(lambda: self.panel.desk._worker.pid is not None, 30)
        self.project.go_to(FRAME)
        self.settle(2)
        self.viewer.reset_view(margin=0.01)
        self.settle(0.5)

    def close(self) -> None:
        self.panel.close_all()
        self.settle(0.3)
        self.viewer.close()
        self.settle(0.5)

    def settle(self, seconds: float = 0.0) -> None:
        from tests.ui.mouse import settle

        settle(seconds)

    def wait_until(self, is_true, seconds: float = 120) -> None:
        from tests.ui.mouse import wait_until

        wait_until(is_true, seconds)

    def grab(self) -> Image.Image:
        """The whole window."""
        self.settle(0.05)
        return Image.fromarray(np.asarray(self.viewer.screenshot(canvas_only=False, flash=False))[..., :3])

    def save(self, path: Path) -> None:
        save(self.grab(), path, self.film())

    def film(self) -> Box:
        """Where in the window the picture is."""
        from qtpy.QtCore import QPoint

        corner = self.canvas.mapTo(self.native, QPoint(0, 0))
        return corner.x(), corner.y(), corner.x() + self.canvas.width(), corner.y() + self.canvas.height()

    def part(self, *widgets) -> Image.Image:
        """The part of the window in which some widgets lie."""
        boxes = []
        for widget in widgets:
            corner = widget.mapTo(self.native, widget.rect().topLeft())
            boxes.append((corner.x(), corner.y(), corner.x() + widget.width(), corner.y() + widget.height()))
        left, top, right, bottom = np.array(boxes).T
        return self.grab().crop((left.min(), top.min(), right.max(), bottom.max()))

    @property
    def canvas(self):
        return self.viewer.window._qt_viewer.canvas.native

    def click(self, xy) -> None:
        from tests.ui.mouse import click

        click(self.viewer, self.project.layer, xy)

    def press(self, button) -> None:
        from qtpy.QtCore import Qt
        from qtpy.QtTest import QTest

        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle(0.05)

    def choose(self, box, text: str) -> None:
        """An entry of a list, found by its text."""
        box.setCurrentIndex(next(k for k in range(box.count()) if text in box.itemText(k)))
        box.activated.emit(box.currentIndex())
        self.settle(0.1)

    def show_part(self, widget) -> None:
        """Scroll the panel until a widget is at its top."""
        from qtpy.QtCore import QPoint
        from qtpy.QtWidgets import QScrollArea

        area = self.panel.findChild(QScrollArea)
        self.settle(0.1)
        area.verticalScrollBar().setValue(widget.mapTo(area.widget(), QPoint(0, 0)).y())
        self.settle(0.2)

    def track(self) -> None:
        self.press(self.panel.track.track_button)
        self.wait_until(lambda: self.project.tracking.is_busy, 10)

    def wait_for_run(self) -> None:
        self.wait_until(lambda: not self.project.tracking.is_busy, 300)
        self.settle(0.4)

    def frames_tracked(self) -> int:
        """Of all tracks together."""
        return int(np.isfinite(self.project.session.cells.xy).all(-1).sum())

    def dock_of(self, widget):
        from napari_cotracker.ui.docking import dock_of

        return dock_of(widget)


def tour(folder: Path) -> None:
    """The pictures of docs/tour.md, in one sitting."""
    window = Window()
    panel, project = window.panel, window.project
    window.save(folder / "tour-open.png")

    panel.place.naming.names.setPlainText(", ".join([*POINTS, *LATER]))
    for xy in POINTS.values():
        window.click(xy)
    window.save(folder / "tour-place.png")
    names = panel.place.naming
    names.open()
    window.show_part(panel.place)
    save(window.part(panel), folder / "tour-names.png")
    names.open(False)

    window.show_part(panel.track)
    window.settle(0.5)
    save(window.part(panel), folder / "tour-options.png")
    window.track()
    window.wait_until(lambda: window.frames_tracked() >= 3 * 16)
    for xy in LATER.values():
        window.click(xy)
    window.wait_until(lambda: window.frames_tracked() >= 4 * 45)
    window.save(folder / "tour-track.png")
    window.wait_for_run()

    project.go_to(HIDDEN)
    project.selection.set([project.session.ids[2]])
    window.show_part(panel.inspect)
    window.save(folder / "tour-inspect.png")

    fill_leaf(window, folder)
    everything(window, folder)
    correct(window, folder)
    export(window, folder)
    consent(window, folder)
    trouble(window, folder)
    window.close()


def edit(folder: Path) -> None:
    """A mask of the green beetle, painted on one frame, on another one; its tracks are the clip's exact ones."""
    from skimage.draw import ellipse

    from napari_cotracker.core.samples import sample_truth
    from napari_cotracker.tasks.export import read_tracks

    window = Window()
    panel, project = window.panel, window.project
    project.adopt(read_tracks(sample_truth("insects")))
    project.go_to(PAINTED)
    section = panel.propagate
    for other in (panel.video, panel.place, panel.track, panel.inspect, panel.correct):
        other.open(False)
    section.open()
    window.show_part(section)
    window.press(section.source.new_button)
    layer = section.source.painted_layer.layer
    rows, columns = ellipse(*BEETLE, rotation=np.pi / 4, shape=layer.data.shape[1:])
    layer.data_setitem((np.full(len(rows), PAINTED), rows, columns), 1)
    window.settle(0.5)
    window.wait_until(lambda: section.live.drawn is not None and not section.live.is_solving)
    project.go_to(CARRIED)
    window.show_part(section)
    window.wait_until(lambda: section.live.drawn.t == CARRIED)
    window.settle(1)
    window.save(folder / "edit-section.png")
    window.close()


def fill_leaf(window: Window, folder: Path) -> None:
    """A polygon around the leaf, clicked with napari's own tool, and a grid inside it."""
    from tests.ui.mouse import double_click

    place = window.panel.place
    window.project.go_to(FRAME)
    window.show_part(place)
    window.choose(place.within, "polygon")
    window.press(place.grid_button)
    window.settle(0.3)
    for xy in LEAF[:-1]:
        window.click(xy)
        window.settle(0.4)  # two clicks that follow soon are a double click
    window.save(folder / "tour-area.png")
    double_click(window.viewer, window.project.layer, LEAF[-1])
    window.settle(0.5)
    window.press(window.panel.undo_button)
    window.choose(place.within, "whole picture")


def everything(window: Window, folder: Path) -> None:
    """Many tracks, of boxes that are drawn over the insects: the timeline, and the table."""
    from qtpy.QtCore import Qt

    from tests.ui.mouse import drag

    panel, project = window.panel, window.project
    window.choose(panel.place.within, "a box")
    panel.place.columns.setValue(5)
    panel.place.rows.setValue(4)
    for group, box in BOXES.items():
        panel.place.naming.group.setText(group)
        window.press(panel.place.grid_button)
        window.settle(0.3)
        drag(window.viewer, project.layer, box)
        window.settle(0.5)
    panel.place.naming.group.clear()
    window.choose(panel.place.within, "whole picture")
    window.track()
    window.wait_for_run()
    project.go_to(70)
    project.selection.set([project.session.ids[2]])
    window.show_part(panel.inspect)
    window.save(folder / "tour-many.png")
    save(window.part(panel.timeline), folder / "tour-timeline.png")
    dock = window.dock_of(panel.timeline)
    window.dock_of(panel.table).raise_()
    panel.table.view.sortByColumn(8, Qt.SortOrder.AscendingOrder)
    window.settle(1)
    save(window.part(panel.table), folder / "tour-table.png")
    dock.raise_()
    window.settle(0.3)


def correct(window: Window, folder: Path) -> None:
    """The queue stops at a doubtful moment, and one click answers it; then a span with its menu."""
    panel, project = window.panel, window.project
    section = panel.correct
    window.wait_until(lambda: section.reviewing.is_ready)
    window.press(section.next_button)
    window.show_part(section)
    window.settle(1)
    window.save(folder / "tour-correct.png")
    moment = section.reviewing.moment
    column = int(project.session.columns([moment.id])[0])
    window.click(project.session.cells.xy[moment.frame, column] + (3, -2))
    window.wait_until(lambda: not len(project.corrections))
    project.selection.set([moment.id])
    project.go_to(moment.frame)
    panel.timeline.span.choose(max(moment.frame - 14, 0), moment.frame)
    window.settle(1)
    menu = panel.edit_menu.build()
    menu.popup(panel.timeline.mapToGlobal(panel.timeline.rect().center()))
    window.settle(0.5)
    window.save(folder / "tour-span.png")
    menu.close()
    panel.timeline.span.clear()
    window.viewer.reset_view(margin=0.01)


def export(window: Window, folder: Path) -> None:
    """The section that writes files, after a check."""
    section = window.panel.export
    for other in (window.panel.video, window.panel.place, window.panel.track, window.panel.inspect,
                  window.panel.correct):
        other.open(False)
    section.open()
    window.choose(section.formats, "Nuke Tracker nodes")
    window.press(section.check_button)
    window.wait_until(lambda: not section._errand.is_busy)
    window.show_part(section)
    window.settle(0.5)
    save(window.part(window.panel), folder / "tour-export.png")
    section.open(False)
    for other in (window.panel.video, window.panel.place, window.panel.track, window.panel.inspect,
                  window.panel.correct):
        other.open()


def consent(window: Window, folder: Path) -> None:
    """The question before weights are fetched; the folder as readers have it."""
    panel = window.panel
    ask = panel.track.consent.ask
    panel.track.consent.ask = lambda notice: ask(replace(notice, folder="~/.cache/huggingface/hub"))
    window.choose(panel.track.which, "all points")
    window.choose(panel.track.form.fields["model"], "cotracker3")
    window.press(panel.track.track_button)
    window.settle(0.5)
    save(window.part(panel.track.consent), folder / "tour-consent.png")
    window.press(panel.track.consent.decline_button)
    window.choose(panel.track.form.fields["model"], "auto")


def trouble(window: Window, folder: Path) -> None:
    """The child process is killed in mid-run, as a system does that has no memory left."""
    window.track()
    before = window.panel.desk._worker.pid
    window.wait_until(lambda: window.project.tracking.progress.done > 0.2)
    os.kill(before, signal.SIGKILL)
    window.wait_until(lambda: not window.project.tracking.is_busy)
    window.settle(1.5)
    window.save(folder / "tour-trouble.png")


class Animation:
    """Frames of the window with a mouse pointer drawn into them, because a picture of a window has none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frames: list[Image.Image] = []
        self.at = np.array([700.0, 420.0])

    def play(self) -> None:
        window = Window()
        self.window = window
        window.panel.inspect.point_size.setValue(13)
        self.hold(0.6)
        for xy in POINTS.values():
            self.glide(self.on_canvas(xy), 0.6)
            window.click(xy)
            self.hold(0.3, pressed=True)
        self.glide(self.on(window.panel.track.track_button), 0.6)
        window.press(window.panel.track.track_button)
        self.hold(0.2, pressed=True)
        self.watch(2.6)
        self.scrub()
        self.hold(1.2)
        film = tuple(round(v * GIF_WIDTH / SIZE[0]) for v in window.film())
        window.close()
        write_gif(self.frames, self.folder / "tour.gif", film)

    def watch(self, seconds: float) -> None:
        """The run, however long it takes, in so many seconds."""
        taken = []
        while self.window.project.tracking.is_busy:
            self.window.settle(0.1)
            taken.append(self.frame())
        places = np.linspace(0, len(taken) - 1, round(seconds * GIF_RATE)).round().astype(int)
        self.frames += [taken[place] for place in places]

    def scrub(self) -> None:
        """Along the row of the striped beetle, which goes beneath the leaf, and stays selected."""
        timeline = self.window.panel.timeline
        heatmap = timeline.heatmap
        row = timeline.visible_order.tolist().index(int(self.window.project.session.ids[2]))
        y = heatmap.y_of(row + 0.5)
        way = [FRAME, 72, 22, HIDDEN]
        stops = np.concatenate([np.linspace(a, b, abs(b - a) * 2 // 5, endpoint=False) for a, b in zip(way, way[1:])])
        self.glide(self.on(heatmap, heatmap.x_of(FRAME + 0.5), y), 0.6)
        for k, stop in enumerate([*stops, HIDDEN]):
            x = heatmap.x_of(round(float(stop)) + 0.5)
            self.drag(heatmap, x, y, first=k == 0)
            self.at = self.on(heatmap, x, y)
            self.frames.append(self.frame(pressed=k == 0))
        self.drag(heatmap, x, y, last=True)

    def drag(self, widget, x: float, y: float, first: bool = False, last: bool = False) -> None:
        from qtpy.QtCore import QPoint, Qt
        from qtpy.QtTest import QTest

        left, point = Qt.MouseButton.LeftButton, QPoint(round(x), round(y))
        if first:
            QTest.mousePress(widget, left, pos=point)
        elif last:
            QTest.mouseRelease(widget, left, pos=point)
        else:
            send_move(widget, point)
        self.window.settle(0.05)

    def on_canvas(self, xy) -> np.ndarray:
        from tests.ui.mouse import on_canvas

        x, y = on_canvas(self.window.viewer, self.window.project.layer, xy)
        return self.on(self.window.canvas, x, y)

    def on(self, widget, x: float | None = None, y: float | None = None) -> np.ndarray:
        """A place of a widget, its middle if none is given, in the window."""
        from qtpy.QtCore import QPoint

        x, y = (widget.width() / 2, widget.height() / 2) if x is None else (x, y)
        corner = widget.mapTo(self.window.native, QPoint(0, 0))
        return np.array([corner.x() + x, corner.y() + y])

    def glide(self, to: np.ndarray, seconds: float) -> None:
        start, count, still = self.at, round(seconds * GIF_RATE), self.window.grab()
        for share in np.linspace(1 / count, 1, count):
            self.at = start + (to - start) * (3 * share**2 - 2 * share**3)
            self.frames.append(self.drawn(still))

    def hold(self, seconds: float, pressed: bool = False) -> None:
        self.frames += [self.frame(pressed)] * round(seconds * GIF_RATE)

    def frame(self, pressed: bool = False) -> Image.Image:
        return self.drawn(self.window.grab(), pressed)

    def drawn(self, picture: Image.Image, pressed: bool = False) -> Image.Image:
        """The window with the pointer, and a ring around it where it is pressed, at the animation's size."""
        large = 3  # drawn larger, for smooth edges
        side = 64
        pad = Image.new("RGBA", (side * large, side * large))
        pen, centre = ImageDraw.Draw(pad), side / 2
        if pressed:
            box = [(centre - 15) * large, (centre - 15) * large, (centre + 15) * large, (centre + 15) * large]
            pen.ellipse(box, outline=(255, 255, 255, 230), width=3 * large)
        arrow = [((x * 1.35 + centre) * large, (y * 1.35 + centre) * large) for x, y in ARROW]
        pen.polygon(arrow, fill="white")
        pen.line([*arrow, arrow[0]], fill="black", width=round(1.4 * large), joint="curve")
        pad = pad.resize((side, side), Image.Resampling.LANCZOS)
        made = picture.convert("RGBA")
        made.alpha_composite(pad, tuple(int(v) for v in np.maximum(np.round(self.at - centre), 0)))
        height = round(GIF_WIDTH * picture.height / picture.width)
        return made.convert("RGB").resize((GIF_WIDTH, height), Image.Resampling.LANCZOS)


def send_move(widget, point) -> None:
    """A move with the left button held; QTest's own has no button."""
    from qtpy.QtCore import QEvent, QPointF, Qt
    from qtpy.QtGui import QMouseEvent
    from qtpy.QtWidgets import QApplication

    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), QPointF(widget.mapToGlobal(point)),
                        Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def save(picture: Image.Image, path: Path, film: Box = None) -> None:
    """As a PNG of 256 colours; of a whole window with the box in which the film is."""
    in_palette(picture, palette_of([picture], film)).save(path, optimize=True)


def palette_of(pictures: list[Image.Image], film: Box = None, colours: int = 256) -> np.ndarray:
    """Colours of some pictures. The film has most of the pixels, so that it gets a share of its own."""
    boxes = [(0, 0, *picture.size) for picture in pictures]
    if film is None:
        return colours_of(sheet_of(pictures, boxes), colours)
    left, top, right, bottom = film
    width, height = pictures[0].size
    around = [(0, 0, left, height), (right, 0, width, height), (left, bottom, right, height)]
    share = round(colours * 0.5)
    return np.concatenate([np.array([[0] * 3, [255] * 3], np.uint8), clusters(sheet_of(pictures, [film]), share - 2),
                           colours_of(sheet_of(pictures, around), colours - share)])


def colours_of(pixels: np.ndarray, count: int) -> np.ndarray:
    """The most frequent ones as they are, so that grounds keep their shade, the scale of the tracks, and others."""
    from napari_cotracker.ui.colours import SCALES

    found, times = np.unique(pixels, axis=0, return_counts=True)
    scale = np.round(SCALES["confidence"].colours(np.linspace(0, 1, 24))[:, :3] * 255).astype(np.uint8)
    frequent = found[np.argsort(-times)][: count // 3]
    return np.concatenate([scale, frequent, clusters(pixels, count - len(scale) - len(frequent))])


def clusters(pixels: np.ndarray, count: int) -> np.ndarray:
    """Colours that are near to all of them, the rare ones too."""
    found = np.unique(pixels >> 2, axis=0).astype(float) * 4 + 2
    chosen = np.random.default_rng(0).permutation(len(found))[:20_000]
    if len(found) <= count:
        return found.astype(np.uint8)
    return np.clip(np.round(kmeans2(found[chosen], count, minit="++", seed=0)[0]), 0, 255).astype(np.uint8)


def sheet_of(pictures: list[Image.Image], boxes: list[tuple[int, int, int, int]]) -> np.ndarray:
    """(n, 3) the pixels of parts of pictures."""
    return np.concatenate([np.asarray(picture.crop(box)).reshape(-1, 3) for picture in pictures for box in boxes])


def in_palette(picture: Image.Image, palette: np.ndarray) -> Image.Image:
    """Every pixel in the nearest colour."""
    pixels = np.asarray(picture).astype(np.int64) @ [1 << 16, 1 << 8, 1]
    found, where = np.unique(pixels, return_inverse=True)
    nearest = cKDTree(palette).query(np.stack([found >> 16, found >> 8 & 255, found & 255], 1))[1]
    made = Image.fromarray(nearest[where].reshape(pixels.shape).astype(np.uint8), "P")
    made.putpalette(palette.ravel().tolist())
    return made


def write_gif(frames: list[Image.Image], path: Path, film: Box) -> None:
    """One palette for all; only what changes noticeably is drawn again, and frames that stay are shown longer."""
    kept, times, shown = [], [], None
    left, top, right, bottom = film
    limit = np.zeros(frames[0].size[::-1])
    limit[top:bottom, left:right] = NOTICED
    for frame in frames:
        pixels = np.asarray(frame).astype(np.int16)
        if shown is not None:
            changed = np.abs(pixels - shown).max(-1) > limit
            if not changed.any():
                times[-1] += 1
                continue
            pixels = np.where(changed[..., None], pixels, shown)
        shown = pixels
        kept.append(Image.fromarray(pixels.astype(np.uint8)))
        times.append(1)
    palette = palette_of(kept[:: max(len(kept) // 8, 1)], film, GIF_COLOURS)
    flat = [in_palette(frame, palette) for frame in kept]
    durations = [time * 1000 // GIF_RATE for time in times]
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=durations, loop=0, optimize=True, disposal=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images", *[sys.argv[2:]] * (len(sys.argv) > 2))
