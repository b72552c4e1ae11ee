"""wasifix against the installed rustup on random layouts of toolchain files and RUSTUP_TOOLCHAIN.

WASIFIX_RANDOM_PROJECTS and WASIFIX_SEED as for Cargo.
"""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from rust_programs import active_toolchain, host, linked_toolchains, sysroot, write

from differential.seeds import SEEDS
from differential.toml_styles import toml_text
from wasifix.errors import UnreadableInput
from wasifix.project.sources import Sources
from wasifix.project.toolchain import effective_toolchain, governing_files
from wasifix.tree import DiskTree

RELEASED = ("stable", "beta", "nightly", "1.91.0", "1.90", "nightly-2025-10-03")
CUSTOM = ("esp", "v1.91")
FOLDERS = ("", "a", "a/b", "a/b/c")
BESIDE_THE_POINT = ("unknown profile name", "expected a sequence")
"""What rustup also refuses, and which does not choose the toolchain."""
NAMES = ("rust-toolchain", "rust-toolchain.toml")


@pytest.fixture(scope="session")
def rustup_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("rustup")
    linked_toolchains(home, RELEASED, CUSTOM)
    return home


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_layout_is_understood_as_rustup_does(seed: int, tmp_path: Path, rustup_home: Path) -> None:
    rng = Random(seed)
    files, disagree = _layout(rng)
    start = rng.choice(FOLDERS)
    variables = {"RUSTUP_TOOLCHAIN": rng.choice(("", *RELEASED, *CUSTOM))} if rng.random() < 0.2 else {}
    write(tmp_path, {f"{FOLDERS[-1]}/x": "", **files})
    done = active_toolchain(rustup_home, tmp_path / start, variables)
    refused = False
    try:
        found = effective_toolchain(
            governing_files(Sources(DiskTree(tmp_path)), start), variables, None
        ).value
    except UnreadableInput:
        refused = True
    if any(each in done.stderr for each in BESIDE_THE_POINT):
        return
    if missing := re.search("custom toolchain '(.*)' specified in", done.stderr):
        assert refused or (found is not None and found.name == missing[1])
    elif done.returncode:
        assert refused, done.stderr
    elif refused:  # files that disagree, or broken ones which a variable hides on this machine
        assert variables or any(_reaches(start, folder) for folder in disagree)
    else:
        active = done.stdout.partition(" (")[0].strip().removesuffix(f"-{host()}")
        assert (found.name if found else "stable") == ("path" if active.startswith("/") else active)


def _reaches(start: str, folder: str) -> bool:
    return not folder or f"{start}/".startswith(f"{folder}/")


def _layout(rng: Random) -> tuple[dict[str, str], list[str]]:
    """The files, and the folders in which two of them disagree: rustup warns there, and wasifix refuses."""
    files: dict[str, str] = {}
    disagree: list[str] = []
    for folder in FOLDERS:
        if rng.random() > 0.4:
            continue
        prefix = f"{folder}/" if folder else ""
        channel = rng.choice((*RELEASED, *CUSTOM))
        names = NAMES if rng.random() < 0.2 else (rng.choice(NAMES),)
        other = rng.choice((channel, rng.choice(RELEASED)))
        for name, each in zip(names, (channel, other), strict=False):
            files[prefix + name] = _text(rng, name, each)
        if len(names) == 2:
            disagree.append(folder)
    return files, disagree


def _text(rng: Random, name: str, channel: str) -> str:
    if name == "rust-toolchain" and rng.random() < 0.6:
        return rng.choice(("{}", "{}\n", " {} \r\n", "{}\n\n", "# why\n{}\n", "\ufeff{}\n", "")).format(
            channel
        )
    table: dict[str, object] = {"channel": channel}
    if rng.random() < 0.3:
        table["targets"] = ["wasm32-wasip1-threads"]
    flaw = rng.random()
    if flaw < 0.1:
        table.pop("channel")
    elif flaw < 0.15:
        table = {"path": str(sysroot())}
    elif flaw < 0.2:
        table["channel"] = rng.choice((1.91, 191, "", True, [channel]))
    elif flaw < 0.25:
        table["chanel"] = channel
    elif flaw < 0.3:
        table["components"] = rng.choice(("rustfmt", ["rustfmt"], []))
    elif flaw < 0.35:
        table["profile"] = rng.choice(("minimal", "default", "huge"))
    text = toml_text({rng.choice(("toolchain",) * 9 + ("tolchain",)): table}, rng)
    text = rng.choice(("", "", "# why\n")) + text
    return "\ufeff" * (rng.random() < 0.1) + (text.replace("\n", "\r\n") if rng.random() < 0.2 else text)
