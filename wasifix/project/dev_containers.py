"""The Rust of a dev container: of its image, or of the feature that installs it.

https://containers.dev/implementors/json_reference/, https://github.com/devcontainers/features/tree/main/src/rust
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.documents.yaml import YamlDocument, child, entries, scalar
from wasifix.project.expressions import Known
from wasifix.project.file_names import DEV_CONTAINER, DEV_CONTAINERS
from wasifix.project.images import image_toolchain
from wasifix.project.script import script_at
from wasifix.project.sources import Sources
from wasifix.tree import join

FILE = "devcontainer.json"


def dev_container_files(sources: Sources) -> Iterator[str]:
    """The places where a definition may lie."""
    if DEV_CONTAINER in sources.files(""):
        yield DEV_CONTAINER
    for folder in (
        DEV_CONTAINERS,
        *(join(DEV_CONTAINERS, name) for name in sources.tree.folders(DEV_CONTAINERS)),
    ):
        if FILE in sources.files(folder):
            yield join(folder, FILE)


def dev_container_toolchain(document: YamlDocument) -> Known | None:
    """The default toolchain in it. Nothing is written into JSON, so it has no origin."""
    for name, options in entries(child(document.root, "features")):
        if name.partition("@")[0].rpartition(":")[0].endswith("features/rust"):
            version = child(options, "version")
            text = scalar(version) or "latest"
            at = document.evidence(options if version is None else version)
            return None if text == "none" else Known("stable" if text == "latest" else text, (at,))
    image = child(document.root, "image")
    if image is None or scalar(image) is None:
        return None
    known = image_toolchain(script_at(document, image, {}))
    return replace(known, origin=None) if known else None
