"""What a project asks of the cleaner: `.cleaner.toml`, or `[tool.cleaner]` in pyproject.toml, found upwards.

The nearest file wins whole; two are never mixed. Where both stand in one folder, `.cleaner.toml` does.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec

from cleaner.errors import InputError

OWN, SHARED = ".cleaner.toml", "pyproject.toml"
BESIDE, NONE = "beside", "none"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """The settings of one project. Paths in the file are taken from the folder that the file stands in.

    packs     rule packs by name or path; `"all"` stands for all that come with the package; none given means that
    keep      kinds, or ids of rules, that stay in the text
    repeats   the folder that `cleaner learn` wrote
    encoding  of files without a byte order mark
    site      what the site of a text is called: a name, or folders from the settings' own in which `*` stands for it
              (`"corpus/*"`: the folder below corpus)
    sidecar   where `cleaner check --fix` puts sidecars: `"beside"` each file, `"none"`, or a folder
    fields    what the columns of a dump are called: `{text = "maintext", url = "link"}`
    file      where the settings stood; None if there were none
    """

    packs: tuple[str, ...] | None = None
    keep: tuple[str, ...] = ()
    repeats: str | None = None
    encoding: str | None = None
    site: str | None = None
    sidecar: str = BESIDE
    fields: dict[str, str] = {}
    file: str | None = None

    def site_of(self, path: Path) -> str | None:
        """The site that a file's folder stands for; None where `site` does not reach."""
        if self.site is None or "*" not in self.site:
            return self.site
        root = Path(self.file).parent if self.file else Path.cwd()
        try:
            folders = path.parent.resolve().relative_to(root.resolve()).parts
        except (ValueError, OSError):
            return None
        found = None
        asked = self.site.strip("/").split("/")
        for name, given in zip_longest(asked, folders[: len(asked)]):
            if given is None or name not in ("*", given):
                return None
            found = given if name == "*" else found
        return found


def find(start: Path) -> Settings:
    """Settings for what lies at `start`, a file or folder that need not exist: the nearest upwards, or none.

    Raises InputError for a file that cannot be understood.
    """
    try:
        place = start.resolve()
    except OSError as error:
        raise InputError(f"{start}: cannot be read: {error.strerror or error}") from None
    for folder in (place, *place.parents):
        for name in (OWN, SHARED):
            file = folder / name
            if file.is_file():
                settings = read(file)
                if settings is not None:
                    return settings
    return Settings()


def read(file: Path) -> Settings | None:
    """Settings from one file; None for a pyproject.toml without them. Raises InputError."""
    try:
        table: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: not a TOML file in UTF-8: {error}") from None
    where = str(file)
    if file.name == SHARED:
        tools = table.get("tool", {})
        where = f"{file}: [tool.cleaner]"
        table = tools.get("cleaner") if isinstance(tools, dict) else tools
        if table is None:
            return None
    if not isinstance(table, dict):
        raise InputError(f"{where}: is not a table of settings")
    for name in table:
        if name not in _names():
            close = difflib.get_close_matches(name, _names(), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(_names())}"
            raise InputError(f"{where}: unknown setting {name!r}{hint}")
    try:
        given = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {error}") from None
    return msgspec.structs.replace(
        given,
        packs=None if given.packs is None else tuple(_located(given.packs, file.parent)),
        repeats=None if given.repeats is None else str(file.parent / given.repeats),
        sidecar=given.sidecar if given.sidecar in (BESIDE, NONE) else str(file.parent / given.sidecar),
        file=str(file),
    )


def _names() -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(Settings) if field.name != "file"]


def _located(packs: Iterable[str], folder: Path) -> Iterable[str]:
    for pack in packs:
        yield str(folder / pack) if pack.endswith(".toml") else pack
