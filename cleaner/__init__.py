"""Give back the article, and nothing but the article.

>>> from cleaner import clean
>>> clean("Rain fell all night.\\n\\nAdvertisement\\n\\nBy noon it was dry.").text
'Rain fell all night.\\n\\nBy noon it was dry.'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.api import Cleaner, clean
    from cleaner.data import Block, Credit, Document, Metadata, Result, Span
    from cleaner.errors import (
        CleanerError,
        DecodeError,
        InputError,
        OutputError,
        PackError,
        PageError,
        PatternTimeout,
        RestoreError,
    )
    from cleaner.sidecar import restore

__version__ = "0.1.0"

__all__ = [
    "Block",
    "Cleaner",
    "CleanerError",
    "Credit",
    "DecodeError",
    "Document",
    "InputError",
    "Metadata",
    "OutputError",
    "PackError",
    "PageError",
    "PatternTimeout",
    "RestoreError",
    "Result",
    "Span",
    "clean",
    "restore",
]

_HOME = {
    **dict.fromkeys(("Cleaner", "clean"), "api"),
    **dict.fromkeys(("Block", "Credit", "Document", "Metadata", "Result", "Span"), "data"),
    "restore": "sidecar",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that `import cleaner` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'cleaner' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"cleaner.{_HOME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
