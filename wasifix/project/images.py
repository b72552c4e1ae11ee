"""The toolchain that a container image begins with, by the name of the image.

https://hub.docker.com/_/rust: the images set rustup's default, so a rust-toolchain file still wins.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wasifix.documents.shell_words import UNKNOWN, Piece
from wasifix.project.expressions import Known
from wasifix.project.script import Script

_TAG = re.compile(
    r"(?P<version>\d+\.\d+(?:\.\d+)?|nightly|beta)(?:-.*)?|(?P<floating>1(?:-.*)?|latest|[a-z].*|)"
)
VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^{}]*))?\}|\$(\w+)")
"""A variable as Dockerfiles and GitLab have them in values."""


def image_toolchain(image: Script) -> Known | None:
    """The default toolchain in the image; None where the image is not known to have one.

    Its origin is the version in the tag, unless a digest fixes what the tag means.
    """
    text = image.text.strip()
    start = image.text.index(text) if text else 0
    name, at_sign, _ = text.partition("@")
    folder, slash, last = name.rpartition("/")
    repository, colon, tag = last.partition(":")
    if repository != "rust":
        return None
    whole = (image.evidence(start),)
    if UNKNOWN in tag or (at_sign and not colon):
        return Known(None, whole)
    match = _TAG.fullmatch(tag)
    if match is None:
        return Known(None, whole)
    place = start + len(folder + slash + repository + colon)
    known = image.known(Piece(tag, place, place + len(tag), is_literal=True), {})
    if folder.endswith("devcontainers") or match["version"] is None:  # 1-bookworm: tags are not those of Rust
        origin = None if folder.endswith("devcontainers") or at_sign or not tag else known.origin
        return Known("stable", known.evidence, origin=origin)
    end = place + len(match["version"])
    known = image.known(Piece(match["version"], place, end, is_literal=True), {})
    if known.origin is None and match["version"] != tag:  # one variable has the whole tag
        known = replace(
            image.known(Piece(tag, place, place + len(tag), is_literal=True), {}), text=match["version"]
        )
        known = _first_part(known, len(match["version"]))
    return replace(known, origin=None) if at_sign else known


def _first_part(known: Known, length: int) -> Known:
    """The origin of the first characters only."""
    origin = known.origin
    if origin is None:
        return known
    start = origin.part[0] if origin.part else 0
    return replace(known, origin=replace(origin, part=(start, start + length)))
