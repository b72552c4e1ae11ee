"""Settings: from the options, a file of `--config`, and the manifest of the workspace root, in this order.

What sets a key first wins, and every value knows where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wasifix.advisories import ADVISORIES
from wasifix.checks import CHECKS
from wasifix.ci_checks import CI_CHECKS
from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.errors import InvalidSetting
from wasifix.model import UNSET, Effect, Evidence, Fact, Ignore, Settings
from wasifix.project import Project
from wasifix.remedies import AUTO, REMEDIES
from wasifix.rust import Release

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

IGNORABLE = (*ADVISORIES, *(each.id for each in (*CHECKS, *CI_CHECKS)))
"""The ids of what can be found, and so ignored."""
TABLES: tuple[KeyPath, ...] = (("workspace", "metadata", "wasifix"), ("package", "metadata", "wasifix"))
"""Where a manifest has them: https://doc.rust-lang.org/cargo/reference/manifest.html#the-metadata-table"""


class Given(Struct, frozen=True, kw_only=True):
    """What comes from outside the project, the strongest first, and whether its manifest counts."""

    layers: tuple[Settings, ...] = ()
    manifest: bool = True


FROM_PROJECT = Given()
"""Nothing from outside."""


def from_option(name: str, words: str | Sequence[str] | None, value: Any) -> Fact[Any]:
    """The value of an option, which is its own evidence; not set where no words were given for it."""
    given = [words] if isinstance(words, str) else words
    if not given:
        return UNSET
    text = " ".join(f"{name} {word}" for word in given)
    return Fact(value=value, evidence=(Evidence(path="", text=text),))


def settings_of(project: Project, given: Given) -> Settings:
    """All settings together. Raises InvalidSetting."""
    layers = (*given.layers, manifest_settings(project)) if given.manifest else given.layers
    return combined(layers)


def combined(layers: Sequence[Settings]) -> Settings:
    """For each key the first layer that sets it."""
    found = Settings()
    for layer in reversed(layers):
        known = {name: getattr(layer, name) for name in Settings.__struct_fields__}
        found = replace(found, **{name: fact for name, fact in known.items() if fact.value is not None})
    return found


def manifest_settings(project: Project) -> Settings:
    """Those of the workspace root's manifest. Raises InvalidSetting, also where a member has some."""
    root = project.root
    for package in project.workspace.packages:
        if package.path != root.path and package.document.get(*TABLES[1]) is not None:
            at = package.document.evidence(TABLES[1])
            advice = f"move them to {root.path}, or use --no-config"
            raise _invalid(at, "settings count in the workspace root only", advice)
    there = [table for table in TABLES if root.get(*table) is not None]
    if len(there) > 1:
        advice = f"keep all of them in [{'.'.join(map(str, TABLES[0]))}]"
        raise _invalid(root.evidence(there[1]), "a second table of settings", advice)
    return _Table(root, there[0]).settings() if there else Settings()


def file_settings(path: str, data: bytes, shown: str = "") -> Settings:
    """Those of a file with the same keys. Raises InvalidSetting, UnreadableInput.

    `path` is relative to the tree; of a file outside it, `shown` is how the user names it.
    """
    return _Table(parse_toml(shown or path, data), (), outside=bool(shown)).settings()


def nearest(word: str, known: Sequence[str], what: str) -> str:
    """What to do about a misspelt word."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"the {what} are: {', '.join(known)}"


class _Table:
    """One table of settings, with the places of its values."""

    def __init__(self, document: TomlDocument, path: KeyPath, *, outside: bool = False) -> None:
        self.document = document
        self.path = path
        self.outside = outside

    def settings(self) -> Settings:
        table = self.document.get(*map(str, self.path))
        if not isinstance(table, dict):
            raise _invalid(self.document.evidence(self.path), "settings are a table", "")
        for key in table:
            if key not in KEYS:
                advice = nearest(key, tuple(KEYS), "settings")
                raise _invalid(self.document.evidence((*self.path, key)), f"no such setting: `{key}`", advice)
        return Settings(**{key.replace("-", "_"): self.fact(key, table[key]) for key in table})

    def fact(self, key: str, value: Any) -> Fact[Any]:
        return Fact(value=KEYS[key](self, key, value), evidence=(self.at(key),))

    def at(self, *path: str | int) -> Evidence:
        """The place; in words for a file that is not in the tree."""
        evidence = self.document.evidence((*self.path, *path))
        return Evidence(path="", text=f"{evidence.place}: {evidence.text}") if self.outside else evidence

    def invalid(self, path: KeyPath, message: str, advice: str) -> InvalidSetting:
        return _invalid(self.document.evidence((*self.path, *path)), message, advice)

    def strategy(self, key: str, value: Any) -> tuple[str, ...]:
        names = self.strings(key, [value] if isinstance(value, str) else value)
        known = (AUTO, *REMEDIES)
        return self.checked(key, names, known, "strategies", isinstance(value, str))

    def rust(self, key: str, value: Any) -> Release:
        try:
            if isinstance(value, str) and value.count(".") == 2:
                return Release.parse(value)
        except ValueError:
            pass
        raise self.invalid((key,), "not a full release number", 'write all three numbers: "1.90.0"')

    def max_memory(self, key: str, value: Any) -> int:
        from wasifix.strategies.max_memory import parse_size

        try:
            if type(value) in (int, str):
                return parse_size(str(value))
            reason = "give bytes, or a number with KiB, MiB or GiB"
        except ValueError as error:
            reason = str(error)
        raise self.invalid((key,), f"not a size of memory: {reason}", 'for example "1GiB", or 4294967296')

    def accept(self, key: str, value: Any) -> tuple[Effect, ...]:
        names = self.checked(key, self.strings(key, value), tuple(Effect), "effects")
        return tuple(map(Effect, names))

    def ignore(self, key: str, value: Any) -> tuple[Ignore, ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            advice = 'write [{ id = "memory-cannot-grow", reason = "why" }]'
            raise self.invalid((key,), "not a list of tables", advice)
        return tuple(self.one_ignore(key, index, each) for index, each in enumerate(value))

    def one_ignore(self, key: str, index: int, table: dict[str, Any]) -> Ignore:
        for name, value in table.items():
            if name not in ("id", "reason"):
                advice = nearest(name, ("id", "reason"), "keys of an ignore")
                raise self.invalid((key, index, name), f"no such key: `{name}`", advice)
            if not isinstance(value, str) or not value.strip():
                raise self.invalid((key, index, name), f"`{name}` is empty or no text", "")
        if missing := {"id", "reason"} - set(table):
            advice = "say what is ignored and why, for those who come later"
            raise self.invalid((key, index), f"`{min(missing)}` is missing", advice)
        if table["id"] not in IGNORABLE:
            advice = nearest(table["id"], IGNORABLE, "ids")
            raise self.invalid((key, index, "id"), f"nothing has the id `{table['id']}`", advice)
        return Ignore(id=table["id"], reason=table["reason"].strip(), at=self.at(key, index))

    def strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            raise self.invalid((key,), f"`{key}` is not a list of names", "")
        return tuple(value)

    def checked(
        self, key: str, names: Sequence[str], known: Sequence[str], what: str, single: bool = False
    ) -> tuple[str, ...]:
        for index, name in enumerate(names):
            if name not in known:
                place: KeyPath = (key,) if single else (key, index)
                raise self.invalid(place, f"`{name}` is none of the {what}", nearest(name, known, what))
        return tuple(dict.fromkeys(names))


KEYS: dict[str, Callable[[_Table, str, Any], Any]] = {
    "strategy": _Table.strategy,
    "rust": _Table.rust,
    "max-memory": _Table.max_memory,
    "accept": _Table.accept,
    "ignore": _Table.ignore,
}
"""All settings, with what reads them."""


def described(settings: Settings) -> Iterator[tuple[str, str, Evidence]]:
    """Name, value and origin of each key that is set."""
    for key in KEYS:
        fact: Fact[Any] = getattr(settings, key.replace("-", "_"))
        if fact.value is not None:
            values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
            words = (each.id if isinstance(each, Ignore) else str(each) for each in values)
            yield key, ", ".join(words), fact.evidence[0]


def _invalid(at: Evidence, message: str, advice: str) -> InvalidSetting:
    return InvalidSetting(message, path=at.path, line=at.line, column=at.column, advice=advice)
