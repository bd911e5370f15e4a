"""The choices of a run: model, mode, device, direction, and what few need to change."""

from __future__ import annotations

import re
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from ..core.errors import TrackingError
from ..tasks.info import describe_models
from ..tasks.plan import TrackOptions
from . import preferences
from .sections import Section, choice, form, tip

MODES = {"auto": "auto (by length)", "online": "online", "offline": "offline"}
WAYS = {"both": "both ways", "forward": "forward", "backward": "backward"}
TIPS = {
    "model": "auto is the bundled tracker with the best measured results, free for any use. Choose cotracker3 for "
             "the official network, which is more exact and slower; its weights are not for commercial use.",
    "mode": "Online follows films of any length and shows answers while it runs. Offline looks at the whole clip at "
            "once: better through long occlusions, up to a few hundred frames. auto chooses by the length.",
    "device": "auto takes a graphics card where there is one. Choose cpu if the card's memory is too small.",
    "direction": "Frames after each point, before it, or both. Choose forward if only what follows matters: it takes "
                 "half the time.",
    "iters": "Refinements per window. Fewer are faster, more are seldom better.",
    "support_grid": "n × n extra points that help when few points are tracked; they are not shown, and left out from "
                    "25 points on. 0 for none: faster, but worse for single points.",
    "resolution": "Height × width at which the network sees the film, in multiples of 8. Empty for its own; larger "
                  "shows smaller things, and costs time and memory.",
    "memory_budget": "Memory for the features of frames. More makes a second run over a long film faster.",
    "fast": "Fewer refinements where nothing new begins, in mode online: a fifth to a half less time, a little less "
            "exact.",
}


class OptionsForm(QWidget):
    """Fields for `TrackOptions`; remembers what was chosen.

    Signals
    -------
    changed : any field
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.checkpoint: str | None = None
        self._make_fields()
        lines = form()
        for name, text in (("model", "Model"), ("mode", "Mode"), ("device", "Device"), ("direction", "Direction")):
            lines.addRow(text, self.fields[name])
        advanced = Section("Advanced", is_open=False)
        more = form()
        labels = {"iters": "Iterations", "support_grid": "Support grid", "resolution": "Resolution",
                  "memory_budget": "Memory"}
        for name, text in labels.items():
            more.addRow(text, self.fields[name])
        more.addRow("Speed", self.fields["fast"])
        advanced.body.addLayout(more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(lines)
        column.addWidget(advanced)
        self.restore(preferences.recall("tracking"))
        self._listen()

    def values(self) -> dict[str, Any]:
        """What is chosen, by the names of `TrackOptions`.

        Raises
        ------
        TrackingError
            If the resolution cannot be read.
        """
        budget = self.fields["memory_budget"].value() << 20
        chosen = {name: self.fields[name].currentData() for name in ("model", "mode", "device", "direction")}
        return {**chosen, "iters": self.fields["iters"].value(), "support_grid": self.fields["support_grid"].value(),
                "resolution": read_resolution(self.fields["resolution"].text()), "memory_budget": budget,
                "fast": self.fields["fast"].isChecked()}

    def options(self, accept_licence: bool = False) -> TrackOptions:
        """The same as options of a run.

        Raises
        ------
        TrackingError
            If they make no sense.
        """
        return TrackOptions(**self.values(), checkpoint=self.checkpoint, accept_licence=accept_licence)

    def restore(self, chosen: dict[str, Any]) -> None:
        """Take over remembered choices; what is not known any more stays as it is."""
        for name, value in chosen.items():
            field = self.fields.get(name)
            if isinstance(field, QComboBox):
                field.setCurrentIndex(max(field.findData(value), 0))
            elif isinstance(field, QSpinBox):
                field.setValue(int(value))
            elif isinstance(field, QCheckBox):
                field.setChecked(bool(value))

    def _make_fields(self) -> None:
        lists = {"model": _models(), "mode": MODES, "device": {name: name for name in ("auto", "cpu", "cuda", "mps")},
                 "direction": WAYS}
        self.fields: dict[str, Any] = {name: choice(name, TIPS[name], items) for name, items in lists.items()}
        self.fields |= {
            "iters": QSpinBox(minimum=1, maximum=32, value=6),
            "support_grid": QSpinBox(minimum=0, maximum=20, value=6),
            "resolution": QLineEdit(placeholderText="its own"),
            "memory_budget": QSpinBox(minimum=64, maximum=1 << 16, value=512, singleStep=256, suffix=" MB"),
            "fast": QCheckBox("fast"),
        }
        for name, text in TIPS.items():
            tip(self.fields[name], name.replace("_", " "), text)

    def _listen(self) -> None:
        for field in self.fields.values():
            signal = {QComboBox: "currentIndexChanged", QSpinBox: "valueChanged", QCheckBox: "toggled",
                      QLineEdit: "editingFinished"}[type(field)]
            getattr(field, signal).connect(self._on_changed)

    def _on_changed(self, *_: object) -> None:
        plain = {name: field for name, field in self.fields.items() if name != "resolution"}
        preferences.remember("tracking", {name: _value_of(field) for name, field in plain.items()})
        self.changed.emit()


def read_resolution(text: str) -> tuple[int, int] | None:
    """(height, width) of ``384 × 512``; None for an empty text.

    Raises
    ------
    TrackingError
    """
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,5})\s*[xX×*,]\s*(\d{1,5})\s*", text)
    if found is None:
        raise TrackingError(f"expected a resolution like 384 × 512 (height × width), got {text!r:.40}; "
                            "or leave the field empty")
    return int(found[1]), int(found[2])


def _models() -> dict[str, str]:
    models = describe_models()
    best = next((model["name"] for model in models if model["auto"]), "")
    return {"auto": f"auto ({best})", **{model["name"]: model["name"] for model in models}}


def _value_of(field: Any) -> Any:
    if isinstance(field, QComboBox):
        return field.currentData()
    return field.value() if isinstance(field, QSpinBox) else field.isChecked()
