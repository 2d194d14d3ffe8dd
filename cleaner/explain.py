"""A result as something to look at: what leaves struck out, and at the margin why; as data, on a terminal, in a page.

Knows nothing of how results are made, so that results can show themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from cleaner.show import in_line, visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

COLOURS = {
    "headline": "blue", "date": "blue", "byline": "blue", "bio": "blue", "credit": "blue", "caption": "blue",
    "tags": "cyan", "related": "cyan", "nav": "cyan",
    "appeal": "magenta", "promo": "magenta", "social": "magenta",
    "notice": "yellow", "ad": "red", "repeated": "green",
}  # fmt: skip
"""A colour for each kind: what carries metadata, what leads elsewhere, what asks for something, and the rest."""

_SAVED = {
    "keep": "kept by {}",
    "place": "not near the {}",
    "alone": "not sure, and no witness",
    "doubtful": "more was marked than is likely",
    "held": "accepted in .cleaner-allow, or held by the form of the text",
    "settings": "kept by the settings",
}

_CSS = {
    "blue": "37,99,235", "cyan": "8,145,178", "magenta": "192,38,211", "yellow": "202,138,4", "red": "220,38,38",
    "green": "22,163,74",
}  # fmt: skip
"""The same for pages, as a tint behind the words, so that they can be read on light and dark alike."""


class _Marked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch that was spoken against: offsets in the source, who spoke, and the words."""

    start: int
    end: int
    kind: str
    rule: str
    detector: str
    text: str


class Leaving(_Marked, frozen=True, omit_defaults=True):
    """A stretch that leaves, and what else speaks against it."""

    witnesses: tuple[str, ...] = ()
    why: str | None = None


class Saved(_Marked, frozen=True, omit_defaults=True):
    """A stretch that was spoken against and stays.

    because   `keep` (a keep-rule vetoed), `place` (too far from the head or tail), `alone` (not sure, and without a
              witness), `doubtful` (more was marked than is likely), `held` (accepted, or part of what the form of the
              text needs, as a heading over a section that stays), or `settings` (its kind or rule is kept)
    by        the keep-rule, or the end of the text that is too far away
    """

    because: str
    by: str | None = None
    why: str | None = None

    @property
    def reason(self) -> str:
        """What saved the stretch, in words."""
        return _SAVED[self.because].format(self.by)


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What leaves a text and why; with `saved` also what was nearly removed. Shows itself in rich and in Jupyter."""

    source: str
    status: str
    removed: tuple[Leaving, ...]
    saved: tuple[Saved, ...] = ()
    reason: str | None = None
    id: str | None = None

    def data(self) -> dict[str, Any]:
        """The same as plain data, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {"id": self.id, "status": self.status, "reason": self.reason, "removed": [], "saved": [], **plain}

    @property
    def verdict(self) -> str:
        """One line that sums it up."""
        reason = f": {self.reason}" if self.reason else ""
        number = len(self.removed)
        return f"{self.status}{reason}; {number} {'stretch leaves' if number == 1 else 'stretches leave'}"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Two columns: the text with what leaves struck out (in ⟦ ⟧ where there is no colour), and the margin."""
        from rich.table import Table
        from rich.text import Text

        plain = console.color_system is None or console.no_color
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(ratio=5, overflow="fold")
        table.add_column(ratio=3, overflow="fold")
        for line in self._lines():
            text = Text()
            for piece in line.pieces:
                text.append(*_styled(piece, plain))
            table.add_row(text, Text("\n").join(_note(one) for one in line.notes))
        yield table
        yield Text(visible(self.verdict), style="bold")

    def _repr_html_(self) -> str:
        rows = []
        for line in self._lines():
            text = "".join(_tagged(piece) for piece in line.pieces)
            notes = "<br>".join(_tagged_note(one) for one in line.notes)
            rows.append(f"<tr><td {_CELL}>{text}</td><td {_MARGIN}>{notes}</td></tr>")
        return (
            '<table style="width:100%;border-collapse:collapse;background:none">'
            f"{''.join(rows)}</table><p><b>{_safe(self.verdict)}</b></p>"
        )

    def _lines(self) -> Iterator[_Line]:
        """The source line by line, each in pieces of one owner, with what begins in it."""
        owners: Sequence[Leaving | Saved] = sorted((*self.removed, *self._apart()), key=lambda one: one.start)
        notes: Sequence[Leaving | Saved] = sorted((*self.removed, *self.saved), key=lambda one: one.start)
        first = noted = 0
        at = 0
        for words in self.source.splitlines(keepends=True):
            end = at + len(words)
            shown = at + len(words.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
            line = _Line([], [])
            while noted < len(notes) and _begins(notes[noted], self.source) < end:
                line.notes.append(notes[noted])
                noted += 1
            while first < len(owners) and owners[first].end <= at:
                first += 1
            number = first
            while at < shown:
                owner = owners[number] if number < len(owners) else None
                if owner is None or owner.start >= shown:
                    line.pieces.append((self.source[at:shown], None))
                    at = shown
                elif owner.start > at:
                    line.pieces.append((self.source[at : owner.start], None))
                    at = owner.start
                else:
                    stop = min(owner.end, shown)
                    if stop > at:
                        line.pieces.append((self.source[at:stop], owner))
                        at = stop
                    number += 1
            at = end
            yield line

    def _apart(self) -> Iterator[Saved]:
        """Saved stretches as far as no other covers them: the first in order is drawn, all stand at the margin."""
        reach = 0
        gone = [(one.start, one.end) for one in self.removed]
        for one in sorted(self.saved, key=lambda saved: (saved.start, -saved.end)):
            if one.start >= reach and not any(start < one.end and one.start < end for start, end in gone):
                reach = one.end
                yield one


class _Line(msgspec.Struct):
    pieces: list[tuple[str, Leaving | Saved | None]]
    notes: list[Leaving | Saved]


def _begins(one: Leaving | Saved, source: str) -> int:
    """Where the words of a stretch begin: its white space may begin a line earlier."""
    words = source[one.start : one.end]
    return one.start + len(words) - len(words.lstrip()) if words.strip() else one.start


def _styled(piece: tuple[str, Leaving | Saved | None], plain: bool) -> tuple[str, str]:
    words, owner = piece
    shown = visible(words)
    if owner is None:
        return shown, ""
    if isinstance(owner, Saved):
        return (shown if not plain else f"⟨{shown}⟩"), "underline"
    if not plain or not words.strip():
        return shown, f"strike {COLOURS.get(owner.kind, 'white')}"
    core = shown.strip()
    left = shown[: len(shown) - len(shown.lstrip())]
    return f"{left}⟦{core}⟧{shown[len(left) + len(core) :]}", ""


def _note(one: Leaving | Saved) -> Text:
    from rich.text import Text

    note = Text(f"{one.kind} ", style=f"bold {COLOURS.get(one.kind, 'white')}")
    note.append(in_line(one.rule), style="not bold")
    if isinstance(one, Saved):
        note = Text.assemble(("stays: ", "underline"), note)
        note.append(f" ({in_line(one.reason)})", style="italic default not bold")
    elif one.witnesses:
        note.append(f" + {in_line(', '.join(one.witnesses))}", style="default not bold")
    return note


_CELL = 'style="text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;width:65%"'
_MARGIN = 'style="text-align:left;vertical-align:top;font-size:85%;overflow-wrap:anywhere"'


def _tint(one: Leaving | Saved) -> str:
    return f"background:rgba({_CSS[COLOURS.get(one.kind, 'red')]},.25)"


def _safe(text: str) -> str:
    return escape(visible(text), quote=True)


def _tagged(piece: tuple[str, Leaving | Saved | None]) -> str:
    words, owner = piece
    if owner is None:
        return _safe(words)
    title = _safe(f"{owner.kind} {owner.rule}" + (f": {owner.why}" if owner.why else ""))
    if isinstance(owner, Saved):
        style = "text-decoration:underline dotted"
        return f'<span title="{title}; {_safe(owner.reason)}" style="{style}">{_safe(words)}</span>'
    return f'<del title="{title}" style="{_tint(owner)};text-decoration:line-through">{_safe(words)}</del>'


def _tagged_note(one: Leaving | Saved) -> str:
    note = f'<b style="{_tint(one)};padding:0 .3em">{_safe(one.kind)}</b> {_safe(one.rule)}'
    if isinstance(one, Saved):
        return f"stays: {note} <i>({_safe(one.reason)})</i>"
    return note + (f" <small>+ {_safe(', '.join(one.witnesses))}</small>" if one.witnesses else "")
