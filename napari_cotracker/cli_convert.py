"""The commands about files of tracks: convert them, and say which formats there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from .cli_terminal import say, show
from .cli_text import columns, session_lines, size_text, tracks_line
from .core.declarations import GROUPS
from .core.errors import FormatError, UnfinishedError
from .core.excerpt import Excerpt
from .core.words import counted


@dataclass(frozen=True)
class Conversion:
    """What `convert` was asked for beside its two files; names are those of the command's options."""

    to: str | None = None
    video: Path | None = None
    from_format: str | None = None
    first_frame: int | None = None
    fps: Fraction | None = None
    anchors: bool = False
    overwrite: bool = False
    dry_run: bool = False
    words: Sequence[str] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the tracks are to be written as they are, in the format that the files' names say."""
        return self == Conversion(overwrite=self.overwrite, dry_run=self.dry_run)


def copy(source: Path, out: Path, *, dry_run: bool, as_json: bool) -> None:
    """Copy a session with its history, and say what came of it.

    Raises
    ------
    CotrackerError
        If one cannot be read or the other not be written.
    """
    from .tasks.sessions import copy_session, preview_copy

    facts = {"out": str(out), **(preview_copy if dry_run else copy_session)(source, out)}
    show(facts, as_json, session_lines(facts, is_written=not dry_run))


def convert_tracks(source: Path, out: Path, asked: Conversion, excerpt: Excerpt, *, as_json: bool) -> None:
    """Write the tracks of one file into another, and say what came of it.

    Raises
    ------
    CotrackerError
        If one cannot be read or the other not be written.
    """
    from .tasks.convert import as_anchors, at_rate, with_video
    from .tasks.export import export, preview, read_tracks
    from .tasks.info import describe_tracks
    from .tasks.open import open_video

    with ExitStack() as stack:
        film = stack.enter_context(closing(open_video(asked.video, asked.fps))) if asked.video else None
        tracks = read_tracks(source, asked.from_format, size=(film.width, film.height) if film else None)
        if film is not None:
            tracks = with_video(tracks, film, asked.first_frame)
        tracks = at_rate(tracks, asked.fps)
        if asked.anchors:
            tracks = as_anchors(tracks)
        write: Any = preview if asked.dry_run else export
        more = {} if asked.dry_run else {"overwrite": asked.overwrite}
        try:
            done = write(out, tracks, asked.to, read_words(asked.words), excerpt=excerpt,
                         pictures=(lambda t: film.read([t])[0]) if film else None, **more)
        except UnfinishedError as mishap:
            for note in mishap.notes:
                say(f"Note: {note}")
            raise
    for note in (*done.changes, *done.notes):
        say(f"Note: {note}")
    about, facts = describe_tracks(tracks), {**asdict(done), "out": str(out)}
    given = {name: facts.pop(name) for name in ("tracks", "positions")}
    files = f" in {done.n_files:,} files" if done.n_files > 1 else ""
    size = f"{size_text(done.n_bytes)}{files}" + (" (not written)" if asked.dry_run else "")
    show({"source": {"path": str(source), **about}, "given": given, **facts}, as_json,
         [f"from {source}: {tracks_line(about)}",
          f"{out}: {done.format} made of {counted(done.tracks, 'track')} with {counted(done.positions, 'position')}, "
          f"{size}"])


def read_words(words: Sequence[str]) -> dict[str, str]:
    """Options given as ``name=value``.

    Raises
    ------
    FormatError
        If one has no name.
    """
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name.strip() and sign):
            raise FormatError(f"expected an option as name=value, got {word!r}; `formats NAME` lists them")
        found[name.strip().replace("-", "_")] = value
    return found


def format_facts(name: str | None) -> Any:
    """All formats, or one with its options and its page of the documentation.

    Raises
    ------
    FormatError
        If there is no format of that name.
    """
    from .core import registry
    from .core.options import choices_of

    formats = registry.formats()
    if name is None:
        return [{"name": entry.name, "title": entry.title, "suffixes": entry.suffixes, "group": entry.group,
                 "read": entry.read is not None, "write": entry.write is not None, "extra": entry.extra}
                for entry in formats.values()]
    if name not in formats:
        raise FormatError(f"expected a format out of {', '.join(formats)}; got {name!r}")
    entry = formats[name]
    return {"name": name, "title": entry.title, "suffixes": entry.suffixes, "group": entry.group,
            "keeps": sorted(entry.keeps), "about": registry.header_of(entry),
            "options": [{"name": c.name, "default": c.default, "text": c.text, "expected": c.expected}
                        for c in choices_of(entry.options)]}


def format_lines(facts: Any) -> Iterator[str]:
    """The table of `formats`, or one format as text."""
    if isinstance(facts, list):
        for group, title in GROUPS.items():
            yield title
            yield from columns([(fact["name"], " ".join(filter(None, fact["suffixes"])) or "folder", _verbs(fact),
                                 fact["title"]) for fact in facts if fact["group"] == group])
        return
    yield f"{facts['name']}: {facts['title']}"
    yield ""
    yield facts["about"]
    if facts["options"]:
        yield ""
        yield "Options, given as -O name=value"
        yield from columns([(option["name"], "" if option["default"] is None else str(option["default"]),
                             f"{option['text']} ({option['expected']})") for option in facts["options"]])


def _verbs(fact: dict[str, Any]) -> str:
    return " and ".join(verb for verb in ("read", "write") if fact[verb])

