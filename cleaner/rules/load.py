"""Reading packs. A pack that is not right is refused, saying which file, which rule, and what to do."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import regex

from cleaner.data import KINDS, Where
from cleaner.errors import PackError
from cleaner.rules.cache import cached, shelve
from cleaner.rules.model import Head, Rule, Takes, alternatives

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ALL = "all"
"""Stands for all packs that come with the package, where packs are named."""

INSTALLED = "cleaner.packs"
"""The group of entry points through which an installed package offers packs: each loads to a pack file's path."""

SHARED = "any"
"""The pack that belongs to no language; its definitions can be used in every other pack."""

VALUES = ("title", "author", "date", "credit", "tags", "role", "cut")
"""What a named group may be called."""

_FIRST_RULE = re.compile(rb"^\[\[", re.MULTILINE)
_TOP = ("pack", "define", "rule", "keep")
_FIELDS = {
    (field.encode_name): field for field in msgspec.structs.fields(Rule) if field.name not in ("lang", "keep", "anchor")
}
_INSERT = re.compile(r"%\{(\w+)\}")
_UPPER_IGNORING_CASE = re.compile(r"\\p\{Lu\}|\\p\{Lt\}|\\p\{Ll\}|\[\[:upper:\]\]")
_SHIELDED = re.compile(r"\(\?-i:[^()\\]*(?:\\.[^()\\]*)*\)", re.DOTALL)
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_SENTENCE_START = re.compile(r"^(?:\(\?:%\{start\}\)|%\{start\})(?![?*+{])")
_AT_START = re.compile(rf"{_SENTENCE_START.pattern}|^\^(?![?*+{{])")
_MARK = re.compile(r"[⟦⟧]")


class Pack(msgspec.Struct, frozen=True, dict=True):
    """Rules that belong together, and a hash of the file they came from.

    The rules are read when they are first asked for, since most texts call for few packs: only then is a
    pack that is not right refused with PackError.
    """

    name: str
    lang: str
    about: str
    common: tuple[str, ...]
    hash: str
    file: str
    data: bytes
    define: dict[str, str]
    shared: dict[str, str]
    alone: Rule | None = None

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order of the file, keep-rules last; or the one that the pack was narrowed to."""
        if self.alone:
            return (self.alone,)
        key = ("rules", self.hash, tuple(self.shared.items()))
        made = cached(self.name, key, lambda: msgspec.msgpack.encode(_rules(self)))
        return msgspec.msgpack.decode(made, type=tuple[Rule, ...])

    def only(self, rule: Rule) -> Pack:
        """The same pack with a single rule."""
        return msgspec.structs.replace(self, alone=rule)


def builtin_names() -> list[str]:
    """Names of the packs that come with the package, the shared one first."""
    names = (entry.name for entry in resources.files("cleaner.packs").iterdir())
    found = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return sorted(found, key=lambda name: name != SHARED)


def load_packs(wanted: Iterable[str | Path | Pack] | None = None) -> tuple[Pack, ...]:
    """Packs by name (`"en"`), path or as they are; all that come with the package if none are named, or for `"all"`.

    A name that is none of theirs is looked for among the entry points of installed packages. Raises PackError
    for a pack that does not exist or is not well formed, and for a name given twice.
    """
    chosen: list[str | Path | Pack] = []
    for entry in [ALL] if wanted is None else wanted:
        chosen += builtin_names() if entry == ALL else [entry]
    shared = _builtin(SHARED, {}).define
    packs = tuple(entry if isinstance(entry, Pack) else _find(entry, shared) for entry in chosen)
    seen: dict[str, str] = {}
    for pack in packs:
        if pack.name in seen:
            raise PackError(f"{pack.file}: a pack called {pack.name!r} stands in {seen[pack.name]} too; rename one")
        seen[pack.name] = pack.file
    return packs


def _find(entry: str | Path, shared: dict[str, str]) -> Pack:
    path = Path(entry)
    if path.suffix == ".toml":
        return _read(path, shared)
    name = str(entry)
    if name in builtin_names():
        return _builtin(name, {} if name == SHARED else shared)
    from importlib.metadata import entry_points  # slow to import, and few name installed packs

    installed = entry_points(group=INSTALLED)
    if name in installed.names:
        return _read(_path_of(installed[name]), shared)
    hint = _did_you_mean(name, [*builtin_names(), *installed.names])
    raise PackError(f"no pack is called {name!r}{hint}; a pack of your own is named by its path, ending in .toml")


def _read(path: Path | Traversable, shared: dict[str, str]) -> Pack:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); give the path of a pack file") from None
    return parse_pack(data, str(path), shared)


def _path_of(entry: EntryPoint) -> Path | Traversable:
    try:
        offered = entry.load()
    except Exception as error:  # whatever another package's import raises
        raise PackError(f"pack {entry.name!r}: its entry point {entry.value} cannot be loaded: {error}") from error
    if isinstance(offered, str):
        return Path(offered)
    if isinstance(offered, (Path, Traversable)):
        return offered
    raise PackError(f"pack {entry.name!r}: its entry point {entry.value} is no path of a pack file")


def _builtin(name: str, shared: dict[str, str]) -> Pack:
    file = f"{name}.toml"
    pack = _headed(resources.files("cleaner.packs").joinpath(file).read_bytes(), file, shared)
    shelve(name, pack.hash)
    return pack


def parse_pack(data: bytes, file: str, shared: dict[str, str]) -> Pack:
    """A pack from the bytes of its file, its rules read at once. `shared` are definitions it may use."""
    pack = _headed(data, file, shared)
    _ = pack.rules
    return pack


def _headed(data: bytes, file: str, shared: dict[str, str]) -> Pack:
    """A pack of which only the tables before the first rule are read."""
    table = _toml(_FIRST_RULE.split(data, maxsplit=1)[0], file)
    try:
        head = msgspec.convert(table.get("pack", {}), Head)
        define = msgspec.convert(table.get("define", {}), dict[str, str])
    except msgspec.ValidationError as error:
        raise PackError(f"{file}: [pack] and [define]: {error}") from None
    return Pack(
        head.name, head.lang, head.about, tuple(head.common), sha256(data).hexdigest()[:16], file, data, define, shared
    )


def _toml(data: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{file}: not a TOML file in UTF-8: {error}") from None


def _rules(pack: Pack) -> tuple[Rule, ...]:
    table = _toml(pack.data, pack.file)
    for name in table:
        if name not in _TOP:
            hint = _did_you_mean(name, _TOP)
            raise PackError(f"{pack.file}: unknown table [{name}]{hint}; a pack has {', '.join(_TOP)}")
    known = {**pack.shared, **pack.define}
    rules = [_rule(entry, pack, known, keep=False) for entry in table.get("rule", [])]
    rules += [_rule(entry, pack, known, keep=True) for entry in table.get("keep", [])]
    twice = [name for name, number in Counter(rule.id for rule in rules).items() if number > 1]
    if twice:
        raise PackError(f"{pack.file}: rule {twice[0]} stands there twice; rename one")
    return tuple(rules)


def _rule(entry: dict[str, Any], pack: Pack, define: Mapping[str, str], *, keep: bool) -> Rule:
    name = entry.get("id", "?")
    place = f"{pack.file}: rule {name}"
    for field in entry:
        if field not in _FIELDS:
            raise PackError(f"{place}: unknown field {field!r}{_did_you_mean(field, _FIELDS)}")
    for field, choices in (("kind", KINDS), ("takes", get_args(Takes)), ("where", get_args(Where))):
        if field in entry and entry[field] not in choices:
            hint = _did_you_mean(str(entry[field]), choices)
            raise PackError(f"{place}: {field} {entry[field]!r} is none of {', '.join(choices)}{hint}")
    filled = {**entry, "lang": pack.lang, "keep": keep}
    if isinstance(filled.get("match"), str):
        filled["anchor"], filled["match"] = _anchor(gathered(filled["match"]))
    _fill_in(filled, define, place)
    try:
        rule = msgspec.convert(filled, Rule)
    except msgspec.ValidationError as error:
        raise PackError(f"{place}: {error}") from None
    for complaint in _complaints(rule, pack.name):
        raise PackError(f"{place}: {complaint}")
    return rule


def _fill_in(entry: dict[str, Any], define: Mapping[str, str], place: str) -> None:
    """Expands the patterns of a rule's table in place."""
    for field in ("match", "unless"):
        if isinstance(entry.get(field), str):
            entry[field] = expand(entry[field], define, place)
    if isinstance(entry.get("signs"), list):
        entry["signs"] = [expand(str(sign), define, place) for sign in entry["signs"]]


def gathered(pattern: str) -> str:
    """The pattern with what its alternatives have in common looked for once: where a sentence or the line starts.

    Neighbours that begin with %{start} or ^ are put behind one %{start} (or one ^, if all begin so). Their order stays,
    and so does what they match; a pattern all of whose alternatives begin so can be tried at these places alone.
    """
    parts: list[str] = []
    for at_start, group in groupby(alternatives(pattern), lambda part: bool(_AT_START.match(part))):
        run = list(group)
        if not at_start or len(run) == 1:
            parts += run
        elif all(part.startswith("^") for part in run):
            parts.append(f"^(?:{'|'.join(part[1:] for part in run)})")
        else:
            parts.append(f"%{{start}}(?:{'|'.join(_SENTENCE_START.sub('', part) for part in run)})")
    return "|".join(parts)


def _anchor(pattern: str) -> tuple[str, str]:
    """Where alone a pattern can begin, and what is left to match from there."""
    for opening, anchor in (("(?:%{start})", "sentence"), ("%{start}", "sentence"), ("^", "line"), ("%{cue}", "cue")):
        if pattern.startswith(opening):
            rest = pattern.removeprefix(opening)
            if len(alternatives(rest)) == 1 and not rest.startswith(("?", "*", "+", "{")):
                return anchor, rest
    return "", pattern


def expand(pattern: str, define: Mapping[str, str], place: str) -> str:
    """The pattern with each `%{name}` replaced by its definition, in turn expanded."""

    def insert(match: re.Match[str]) -> str:
        name = match[1]
        if name not in define:
            raise PackError(f"{place}: %{{{name}}} is not defined{_did_you_mean(name, define)}; add it to [define]")
        inner = {other: text for other, text in define.items() if other != name}
        return f"(?:{expand(define[name], inner, place)})"

    return _INSERT.sub(insert, pattern)


def _complaints(rule: Rule, pack: str) -> Iterable[str]:
    """What is wrong with a rule that is well typed."""
    middle = "keep" if rule.keep else rule.kind
    if not rule.id.startswith(f"{pack}.{middle}."):
        yield f"the id of this rule starts with {pack}.{middle}."
    if not rule.keep and not rule.kind:
        yield "a rule has a kind; one that only protects text stands under [[keep]]"
    if not rule.cues and rule.where == "any":
        yield "a rule for any place names at least one cue; without cues it holds for head or tail only"
    if rule.opens and (rule.cues or rule.anchor != "line"):
        yield "opens is for a rule without cues, whose match begins with ^"
    if any(not cue.strip("^$ ") for cue in rule.cues):
        yield "a cue is empty"
    if not rule.drops or not rule.stays:
        yield "a rule has its proof: at least one text in drops and one in stays"
    for example in (*rule.drops, *rule.todo):
        if _MARK.findall(example) != ["⟦", "⟧"] * (example.count("⟦") or 1):
            yield f"this example does not mark what leaves with ⟦ and ⟧ in pairs: {example[:60]!r}"
    yield from _sign_complaints(rule)
    if any(_MARK.search(example) for example in rule.stays):
        yield "a text that stays has no marks"
    yield from _pattern_complaints(rule)


def _sign_complaints(rule: Rule) -> Iterable[str]:
    if rule.signs and not 1 <= rule.least <= len(rule.signs):
        yield f"least = {rule.least} of {len(rule.signs)} signs: it takes at least one, and no more than there are"
    if rule.takes == "run" and not rule.signs:
        yield "a run is made of signs; name them, and how many it takes as `least`"


def _pattern_complaints(rule: Rule) -> Iterable[str]:
    signs = (("signs", sign) for sign in rule.signs)
    for name, pattern in (("match", rule.pattern), ("unless", rule.unless), *signs):
        if pattern is None:
            continue
        # Most patterns name no case at all, and taking one apart is slow.
        if (
            not rule.case
            and _UPPER_IGNORING_CASE.search(_SHIELDED.sub("", pattern))
            and _UPPER_IGNORING_CASE.search(_ignoring_case(pattern))
        ):
            yield f"{name}: \\p{{Lu}} while ignoring case also finds small ones; write (?-i:\\p{{Lu}}) or case = true"
        problem = _names_complaint(pattern)
        if problem:
            yield f"{name}: {problem}"


def _ignoring_case(pattern: str) -> str:
    """The parts of a pattern that no (?-i:…) protects."""
    bare: list[str] = []
    shields: list[bool] = []
    opened = ""
    for part in _TOKEN.findall(pattern):
        opened = (opened + part)[-5:]
        if part == "(":
            shields.append(False)
        elif opened.endswith("(?-i:"):
            shields[-1] = True
        elif part == ")" and shields:
            shields.pop()
        if not any(shields):
            bare.append(part)
    return "".join(bare)


def _names_complaint(pattern: str) -> str | None:
    """Looks at group names as text, so that loading compiles nothing; `rules test` compiles all."""
    for name in re.findall(r"\(\?P<(\w+)>", pattern):
        if name not in VALUES:
            return f"group {name!r} fills nothing{_did_you_mean(name, VALUES)}; groups are {', '.join(VALUES)}"
    return None


def compile_complaint(rule: Rule) -> str | None:
    """What the regex compiler says against a rule's patterns, or None."""
    try:
        _ = re.compile(rule.opens), rule.compiled, rule.compiled_unless, rule.compiled_signs
    except (re.error, regex.error) as error:
        return f"rule {rule.id}: not a pattern: {error}"
    return None


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
