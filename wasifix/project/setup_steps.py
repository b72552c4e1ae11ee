"""What the set-up steps of a job leave behind: toolchains, variables and Wasmtime."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wasifix.documents.yaml import Node, YamlDocument, child, scalar
from wasifix.project.matrix import Known, resolved
from wasifix.project.targets import option_value

UNKNOWN = "__WASIFIX_UNKNOWN__"
"""Stands in a script for an expression that cannot be resolved."""


@dataclass
class Leg:
    """What holds while the steps of a leg go by."""

    scope: dict[str, Known]
    environment: dict[str, Known]
    folder: str = ""
    default: Known | None = None
    override: Known | None = None
    wasmtime: Known | None = None
    doubts: list[str] = field(default_factory=list)


def set_up(document: YamlDocument, step: Node, uses: Node, action: str, leg: Leg) -> None:
    """The actions that choose a toolchain. https://github.com/dtolnay/rust-toolchain and others."""
    name, _, ref = action.partition("@")
    options = child(step, "with")
    _set_up_wasmtime(document, uses, name, ref, options, leg)
    given = next(
        (node for key in ("toolchain", "channel") if (node := child(options, key)) is not None), None
    )
    at = document.evidence(given if given is not None else uses)
    chosen = resolved(scalar(given) or "", leg.scope) if given is not None else Known("")
    value = Known(chosen.text, (*chosen.evidence, at), chosen.written)
    match name:
        case "dtolnay/rust-toolchain":
            if not value.text and value.text is not None:
                is_commit = re.fullmatch(r"[0-9a-f]{40}|master|v1", ref) is not None
                value = Known(None if is_commit else ref, (at,))
            if value.text and re.fullmatch(r"1\.\d", value.text):  # the action undoes YAML's 1.90 -> 1.9
                value = Known("1.100" if value.text == "1.1" else f"{value.text}0", value.evidence)
            value = Known(value.text, value.evidence)
            leg.default = value
        case "actions-rust-lang/setup-rust-toolchain":
            flags = scalar(child(options, "rustflags"))
            if flags != "" and "RUSTFLAGS" not in leg.environment:
                leg.environment["RUSTFLAGS"] = Known("-D warnings" if flags is None else flags, (at,))
            if given is not None:
                leg.override = value
        case "actions-rs/toolchain" if given is not None:
            leg.default = value
            if scalar(child(options, "override")) == "true":
                leg.override = value
        case "moonrepo/setup-rust" if given is not None:
            leg.environment["RUSTUP_TOOLCHAIN"] = value


def _set_up_wasmtime(
    document: YamlDocument, uses: Node, name: str, ref: str, options: Node | None, leg: Leg
) -> None:
    """The actions that install Wasmtime; without a version they take the latest."""
    version: Known | None = None
    if name == "bytecodealliance/actions/wasmtime/setup":
        version = resolved(scalar(child(options, "version")) or "latest", leg.scope)
    elif name == "taiki-e/install-action":
        tools = resolved(scalar(child(options, "tool")) or ref, leg.scope).text or ""
        for tool in tools.replace(",", " ").split():
            if tool.partition("@")[0] in ("wasmtime", "wasmtime-cli"):
                version = Known(tool.partition("@")[2] or "latest")
    if version is not None:
        at = child(options, "version") or child(options, "tool") or uses
        leg.wasmtime = Known(version.text, (*version.evidence, document.evidence(at)))


def installed_wasmtime(words: tuple[str | None, ...], script: str) -> str | None:
    """The version that a command installs: `latest` where it names none, None where it installs none.

    https://docs.wasmtime.dev/cli-install.html
    """
    known = tuple(word or UNKNOWN for word in words)
    if known[:1] in (("bash",), ("sh",)) and "wasmtime.dev/install.sh" in script:
        rest = known[known.index("--") + 1 :] if "--" in known else known[1:]
        return option_value(rest, "--version") or "latest"
    if known[:2] in (("cargo", "install"), ("cargo", "binstall")):
        for word in known[2:]:
            name, _, version = word.partition("@")
            if name == "wasmtime-cli":
                named = option_value(known, "--version") or option_value(known, "--vers")
                return version or named or "latest"
    return None
