"""How often is often: the numbers that decide what a repeated block is good for, in one place.

They stand in the manifest of what was learned. A share is of the site's documents, exact copies counted once.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Grade = Literal["second", "edge", "row", "head", "tail", "always"]
"""What a block may do, least first: only second what another detector marks; leave beside what leaves or at the
text's end; leave with the other lines of its row; leave near the text's start; near its end; anywhere."""

GRADES: tuple[str, ...] = get_args(Grade)


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When a block is of which grade.

    documents     fewest documents that it stands in
    few           the same for small sites, if it stands in `most` of their documents
    most          the share from which a block leaves wherever it stands
    often         the share from which it leaves beside what leaves, or where it opens texts
    some          the share from which it leaves where furniture stands, near the end of a text
    rare          the share from which it leaves at the very end, or near it beside what leaves
    never         below this share it says nothing
    told          the share of its documents, but the first, that must tell stories of their own: a story that was
                  printed again and again has blocks in many documents, too
    long          code points from which a block says something by itself (Han, kana and Hangul count two and a
                  half times); masked names take twice that
    short         code points from which it says something near the end
    head          hundredths of the text before it, at most, for it to stand at the start
    tail          code points after it, at most, for it to stand near the end
    unsited       what shares are multiplied by where no site is known and all of a dump is one
    """

    documents: int = 5
    few: int = 3
    most: float = 0.5
    often: float = 0.2
    some: float = 0.1
    rare: float = 0.02
    never: float = 0.001
    told: float = 0.4
    long: int = 40
    short: int = 25
    head: int = 2
    tail: int = 1_000
    unsited: float = 2.0
