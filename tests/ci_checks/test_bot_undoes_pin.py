"""Bots that would change a toolchain that wasifix pinned."""

from __future__ import annotations

import json

import pytest

from ci_checks.layout import brief, found
from wasifix.engine import plan
from wasifix.project.bots import managing_bots
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

MARKER = "# wasifix pin for memory-cannot-grow (unproven): 1.91.0 -> 1.90.0; https://example.org\n"
PINNED = f'[toolchain]\n{MARKER}channel = "1.90.0"\ntargets = ["wasm32-wasip1-threads"]\n'
UNPINNED = PINNED.replace(MARKER, "")
IGNORED = ("ignore:", "  - dependency-name: rust-toolchain")
RECOMMENDED = '{\n  "extends": ["config:recommended"]\n}\n'


def dependabot(*lines: str, ecosystem: str = "rust-toolchain") -> str:
    more = "".join(f"    {line}\n" for line in lines)
    head = f'version: 2\nupdates:\n  - package-ecosystem: "{ecosystem}"\n'
    return f"{head}{more}    schedule:\n      interval: weekly\n"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("renovate.json", RECOMMENDED, "renovate.json:1:1"),
        (".github/renovate.json", "{}", ".github/renovate.json:1:1"),
        (
            "renovate.json5",
            "{\n  // all of it\n  extends: ['config:recommended'],\n}\n",
            "renovate.json5:1:1",
        ),
        (".renovaterc", "{}", ".renovaterc:1:1"),
        ("package.json", '{\n  "name": "p",\n  "renovate": {}\n}\n', "package.json:3:3"),
        (
            "renovate.json",
            '{"enabledManagers": ["cargo", "rust-toolchain"]}',
            "renovate.json:1:1",
        ),
        (
            "renovate.json",
            '{"packageRules": [{"matchManagers": ["cargo"], "enabled": false}]}',
            "renovate.json:1:1",
        ),
        (".github/dependabot.yml", dependabot('directory: "/"'), ".github/dependabot.yml:3:24"),
        (
            ".github/dependabot.yaml",
            dependabot("directories: ['/**', /]"),
            ".github/dependabot.yaml:3:24",
        ),
        (
            ".github/dependabot.yml",
            dependabot(
                "directory: /", "ignore:", "  - dependency-name: rust-toolchain", "    versions: ['2.x']"
            ),
            ".github/dependabot.yml:3:24",
        ),
    ],
)
def test_a_bot_that_manages_the_pinned_file(path: str, text: str, place: str) -> None:
    findings = found("bot-undoes-pin", {"rust-toolchain.toml": PINNED, path: text})
    assert brief(findings) == [f"note likely {place}"]
    assert findings[0].evidence[-1].place == "rust-toolchain.toml:2:1"


QUIET = [
    ("renovate.json", RECOMMENDED, UNPINNED),
    (".github/dependabot.yml", dependabot('directory: "/"'), UNPINNED),
    ("README.md", "renovate", PINNED),
    ("renovate.json", '{"enabled": false}', PINNED),
    ("renovate.json", '{"enabledManagers": ["cargo"]}', PINNED),
    ("renovate.json", '{"rust-toolchain": {"enabled": false}}', PINNED),
    ("renovate.json", '{"ignoreDeps": ["rust"]}', PINNED),
    ("renovate.json", '{"packageRules": [{"matchManagers": ["rust-toolchain"], "enabled": false}]}', PINNED),
    ("renovate.json", '{"packageRules": [{"matchDepNames": ["rust"], "allowedVersions": "1.90.x"}]}', PINNED),
    ("renovate.json", '{"packageRules": [{"matchDepTypes": ["toolchain"], "enabled": false}]}', PINNED),
    ("renovate.json5", "{ enabledManagers: ['cargo'] }", PINNED),
    ("renovate.json5", "{ packageRules: [{ matchManagers: ['rust-toolchain'], enabled: false }] }", PINNED),
    ("package.json", '{"name": "p", "devDependencies": {"renovate": "1"}}', PINNED),
    ("package.json", "{", PINNED),
    ("renovate.json", "[]", PINNED),
    (".github/dependabot.yml", dependabot('directory: "/"', ecosystem="cargo"), PINNED),
    (".github/dependabot.yml", dependabot('directory: "/"', ecosystem="github-actions"), PINNED),
    (".github/dependabot.yml", dependabot('directory: "/other"'), PINNED),
    (
        ".github/dependabot.yml",
        dependabot("directory: /", *IGNORED),
        PINNED,
    ),
    (".github/dependabot.yml", dependabot("directory: /", "ignore:", "  - dependency-name: '*'"), PINNED),
    (".github/dependabot.yml", dependabot("directory: /", "open-pull-requests-limit: 0"), PINNED),
    (".github/dependabot.yml", "updates: rust-toolchain: [", PINNED),
    (".github/dependabot.yml", "rust-toolchain\n", PINNED),
]


@pytest.mark.parametrize(("path", "text", "file"), QUIET)
def test_a_bot_that_leaves_it(path: str, text: str, file: str) -> None:
    assert found("bot-undoes-pin", {"rust-toolchain.toml": file, path: text}) == ()


@pytest.mark.parametrize(
    ("line", "bots"),
    [
        ("- uses: dtolnay/rust-toolchain@1.90.0", ["Renovate", "Dependabot"]),
        ("uses: 'dtolnay/rust-toolchain@1.90.0'", ["Renovate", "Dependabot"]),
        ("- uses: dtolnay/rust-toolchain@stable", []),
        ("- run: rustup default 1.90.0", []),
        ("toolchain: '1.90.0'", []),
    ],
)
def test_the_ref_of_an_action_is_managed_too(line: str, bots: list[str]) -> None:
    files = {
        "renovate.json": RECOMMENDED.encode(),
        ".github/dependabot.yml": dependabot("directory: /", ecosystem="github-actions").encode(),
    }
    sources = Sources(MemoryTree(files))
    assert [each.name for each in managing_bots(sources, ".github/workflows/ci.yml", line)] == bots
    assert list(managing_bots(sources, "ci/setup.yml", line)) == []


@pytest.mark.parametrize("strategy", ["pin", "upgrade"])
def test_a_plan_that_pins_says_so(strategy: str) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "p"\nversion = "0.1.0"\n',
        "rust-toolchain.toml": UNPINNED.replace("1.90.0", "1.91.1"),
        "renovate.json": json.dumps({"extends": ["config:recommended"]}),
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    (made,) = plan(tree, strategies=[strategy]).plans
    assert [note for note in made.notes if "Renovate" in note] == [
        "Renovate (renovate.json:1:1) manages rust-toolchain.toml and would undo this: "
        "tell it to leave the toolchain"
    ]
    quiet = MemoryTree({"renovate.json": None}, tree)
    (made,) = plan(quiet, strategies=[strategy]).plans
    assert not [note for note in made.notes if "Renovate" in note]
