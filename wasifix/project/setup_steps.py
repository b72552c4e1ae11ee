"""What the set-up steps of a job leave behind: toolchains, variables and Wasmtime."""

from __future__ import annotations

import re

from msgspec import Struct, field
from msgspec.structs import replace

from wasifix.changes import Origin
from wasifix.documents.yaml import Node, YamlDocument, child, scalar
from wasifix.project.expressions import Known, known_at, origin_of
from wasifix.project.script import Script
from wasifix.project.sources import Sources

LATEST = "latest"
"""Stands for the version of an installation that names none."""


ANYWHERE = "\0"
"""Stands for the folder of an override where that cannot be known."""


class Installation(Struct, frozen=True, kw_only=True):
    """An installed Wasmtime: its version, and where and in what form another version would be written."""

    version: Known
    origin: Origin | None = None
    form: str = "{}"
    present: str = ""
    """What stands there now, or what is the same as nothing."""


class Function(Struct, frozen=True, kw_only=True):
    """A function of a shell script, and whether something has called it."""

    body: Script
    is_called: bool


class Lasting(Struct, frozen=True, kw_only=True):
    """What one step of a leg hands on to the next, to be compared."""

    environment: tuple[tuple[str, Known], ...]
    default: Known | None
    overrides: tuple[tuple[str, Known], ...]
    wasmtime: Installation | None
    mentions: tuple[Known, ...]


class Leg(Struct):
    """What holds while the steps of a leg go by."""

    scope: dict[str, Known]
    environment: dict[str, Known]
    folder: str = ""
    earlier: str | None = None
    """The folder before this one: `cd -` leads there."""
    stack: list[str] = field(default_factory=list)
    """The folders that `popd` leads back to."""
    default: Known | None = None
    overrides: dict[str, Known] = field(default_factory=dict)
    """Of folders of the checkout, of which the nearest counts, and of ANYWHERE."""
    wasmtime: Installation | None = None
    doubts: list[str] = field(default_factory=list)
    later: dict[str, Known] = field(default_factory=dict)
    """Variables that a script sets for the steps after it."""
    mentions: list[Known] = field(default_factory=list)
    """Toolchains that are installed or prepared, without a choice of them."""
    shell: dict[str, Known] = field(default_factory=dict)
    """Variables of the running script that its commands do not inherit, and its arguments."""
    functions: dict[str, Function] = field(default_factory=dict)
    """Those that other parts of the script have defined."""
    shell_name: str = "bash"
    """What runs the scripts of steps that name no shell; empty where that cannot be known."""
    sources: Sources | None = None
    """Where the files are that commands lead on to; None where they are not followed."""
    trail: tuple[str, ...] = ()
    """What leads here: scripts, recipes, aliases, the first of them first."""
    followed: list[str] = field(default_factory=list)
    """All that commands of the leg have led to."""

    def lasting(self) -> Lasting:
        """What it hands on to the next step."""
        return Lasting(
            environment=tuple(self.environment.items()),
            default=self.default,
            overrides=tuple(self.overrides.items()),
            wasmtime=self.wasmtime,
            mentions=tuple(self.mentions),
        )

    def take_up(self, after: Lasting) -> None:
        """Goes on where another leg has done the same."""
        self.environment = dict(after.environment)
        self.default, self.overrides, self.wasmtime = after.default, dict(after.overrides), after.wasmtime
        self.mentions = list(after.mentions)


SET_UPS = (
    "dtolnay/rust-toolchain",
    "actions-rust-lang/setup-rust-toolchain",
    "actions-rs/toolchain",
    "moonrepo/setup-rust",
    "bytecodealliance/actions/wasmtime/setup",
    "jcbhmr/setup-wasmtime",
    "taiki-e/install-action",
)
"""The actions that `set_up` knows."""


_WASMTIME_INPUTS = {
    "bytecodealliance/actions/wasmtime/setup": ("version",),
    "jcbhmr/setup-wasmtime": ("wasmtime-version", "version"),
}
"""The inputs for the version of the actions that install Wasmtime and nothing else."""


def set_up(document: YamlDocument, step: Node, leg: Leg) -> None:
    """The actions that choose a toolchain. https://github.com/dtolnay/rust-toolchain and others."""
    uses, options = child(step, "uses"), child(step, "with")
    name, _, ref = (scalar(uses) or "").partition("@")
    _set_up_wasmtime(document, step, name, ref, leg)
    given = child(options, "toolchain") or child(options, "channel")
    chosen = known_at(document, given, leg.scope)
    match name:
        case "dtolnay/rust-toolchain":
            leg.default = _of_dtolnay(document, uses, ref, given, chosen)
        case "actions-rust-lang/setup-rust-toolchain":
            flags = child(options, "rustflags")
            if scalar(flags) != "" and "RUSTFLAGS" not in leg.environment:
                standard = Known("-D warnings", (document.evidence(uses),))
                leg.environment["RUSTFLAGS"] = known_at(document, flags, leg.scope) if flags else standard
            if given is not None:
                leg.overrides[""] = chosen
        case "actions-rs/toolchain" if given is not None:
            leg.default = chosen
            if scalar(child(options, "override")) == "true":
                leg.overrides[""] = chosen
        case "moonrepo/setup-rust" if given is not None:
            leg.environment["RUSTUP_TOOLCHAIN"] = chosen


def _of_dtolnay(document: YamlDocument, uses: Node, ref: str, given: Node | None, chosen: Known) -> Known:
    """The input, else the ref, unless that is a commit; it undoes YAML's 1.90 -> 1.9."""
    text = chosen.text if given is not None else ""
    if text == "":
        is_commit = re.fullmatch(r"[0-9a-f]{40}|master|v1", ref) is not None
        whole = origin_of(document, uses)
        length = len(scalar(uses) or "")
        part = replace(whole, part=(length - len(ref), length)) if whole else None
        return Known(None if is_commit else ref, (document.evidence(uses),), origin=part)
    if text and re.fullmatch(r"1\.\d", text):
        text = "1.100" if text == "1.1" else f"{text}0"
    return replace(chosen, text=text, written="")


def _set_up_wasmtime(document: YamlDocument, step: Node, name: str, ref: str, leg: Leg) -> None:
    """The actions that install Wasmtime; without a version they take the latest."""
    uses, options = child(step, "uses"), child(step, "with")
    at = (document.evidence(uses),)
    if name in _WASMTIME_INPUTS:
        inputs = _WASMTIME_INPUTS[name]
        given = next((node for each in inputs if (node := child(options, each)) is not None), None)
        route = document.route(step)
        if given is not None:
            leg.wasmtime = installation(known_at(document, given, leg.scope))
        else:
            origin = Origin(path=document.path, route=(*route, "with", inputs[0])) if route else None
            leg.wasmtime = Installation(version=Known(LATEST, at), origin=origin, present=LATEST)
    elif name == "taiki-e/install-action":
        node = child(options, "tool")
        tools = known_at(document, node, leg.scope) if node else Known(ref, at)
        for match in re.finditer(r"(wasmtime(?:-cli)?)(?:@([^\s,]+))?(?=[\s,]|$)", tools.text or ""):
            leg.wasmtime = Installation(
                version=replace(tools, text=match[2] or LATEST),
                origin=replace(tools.origin, part=match.span()) if tools.origin else None,
                form=f"{match[1]}@{{}}",
                present=match[0],
            )


def installation(version: Known) -> Installation:
    """An installation whose version is written by itself, perhaps with a `v`."""
    has_v = (version.text or "").startswith("v")
    form = "v{}" if has_v else "{}"
    return Installation(version=version, origin=version.origin, form=form, present=version.text or "")
