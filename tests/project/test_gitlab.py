"""What the jobs of GitLab CI build, and with which toolchain."""

from __future__ import annotations

import pytest

from wasifix.engine import check
from wasifix.project import read_project
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, TEST, T

JOB = f"t:\n  script:\n    - {TEST}\n"


def tree(text: str) -> MemoryTree:
    return MemoryTree({"Cargo.toml": PACKAGE.encode(), ".gitlab-ci.yml": text.encode()})


def calls(text: str) -> tuple[CargoCall, ...]:
    return read_project(Sources(tree(text)), "", {}).calls


def shown(call: CargoCall) -> str:
    default = call.default.text if call.default else "-"
    return f"{call.job} {call.leg} {default} {call.target.text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (JOB, [f"t 0 - {T}"]),
        (f"t:\n  script: {TEST}\n", [f"t 0 - {T}"]),
        (f"image: rust:1.91\n{JOB}", [f"t 0 1.91 {T}"]),
        (f"default:\n  image: rust:1.91\n{JOB}", [f"t 0 1.91 {T}"]),
        (f"image: rust:1.90\n{JOB}  image: rust:1.91-slim\n", [f"t 0 1.91 {T}"]),
        (f"{JOB}  image:\n    name: rust:1.91\n    entrypoint: ['']\n", [f"t 0 1.91 {T}"]),
        (f"variables:\n  V: '1.91'\nimage: rust:$V\n{JOB}", [f"t 0 1.91 {T}"]),
        (f"variables:\n  V:\n    value: '1.91'\nimage: rust:${{V}}-slim\n{JOB}", [f"t 0 1.91 {T}"]),
        (f"variables: {{V: '1.91', W: $V}}\nimage: rust:$W\n{JOB}", [f"t 0 1.91 {T}"]),
        (f"image: rust:$CI_X\n{JOB}", [f"t 0 None {T}"]),
        (f"before_script: [rustup default 1.91.0]\n{JOB}", [f"t 0 1.91.0 {T}"]),
        (f"before_script: [rustup default 1.91.0]\n{JOB}  before_script: []\n", [f"t 0 - {T}"]),
        (f".a:\n  image: rust:1.91\n{JOB}  extends: .a\n", [f"t 0 1.91 {T}"]),
        (f".a: {{image: 'rust:1.91'}}\n.b: {{extends: .a}}\n{JOB}  extends: [.b]\n", [f"t 0 1.91 {T}"]),
        (f".a: {{extends: .a}}\n{JOB}  extends: .a\n", [f"t 0 - {T}"]),
        (f".a: &a\n  image: rust:1.91\n{JOB}  <<: *a\n", [f"t 0 1.91 {T}"]),
        (f".a:\n  script:\n    - {TEST}\nt:\n  script:\n    - !reference [.a, script]\n", [f"t 0 - {T}"]),
        (f".a: &a\n  - {TEST}\nt:\n  script:\n    - *a\n", [f"t 0 - {T}"]),
        (
            f"{JOB}  variables: {{X: y}}\n  parallel:\n    matrix:\n      - V: ['1', '2']\n",
            [f"t 0 - {T}", f"t 1 - {T}"],
        ),
        (
            f"{JOB}  image: rust:$V\n  parallel:\n    matrix:\n      - V: ['1.90', '1.91']\n",
            [f"t 0 1.90 {T}", f"t 1 1.91 {T}"],
        ),
        (f"{JOB}  parallel: 3\n", [f"t 0 - {T}"]),
        (f"t:\n  variables:\n    X: {T}\n  script:\n    - cargo test --target $X\n", [f"t 0 - {T}"]),
        ("# wasm32\nt:\n  script:\n    - cd sub\n    - cargo test\n", ["t 0 - None"]),
        (f".t:\n  script:\n    - {TEST}\n", []),
        (f"t:\n  script:\n    - echo {TEST}\n", []),
        (f"t:\n  trigger: x # {TEST}\n", []),
        (f"- {TEST}\n", []),
        (f"t: {TEST}\n", []),
        ("", []),
        ("t:\n  script: [cargo test]\n", []),
    ],
)
def test_jobs(text: str, expected: list[str]) -> None:
    assert [shown(call) for call in calls(text)] == expected


def test_a_tag_can_be_replaced_where_it_stands() -> None:
    (call,) = calls(f"image: rust:1.91-slim\n{JOB}")
    assert call.default is not None
    assert call.default.origin is not None
    assert (call.default.origin.route, call.default.origin.part) == (("image",), (5, 9))
    assert call.target.origin is not None
    assert call.target.origin.route == ("t", "script", 0)


def test_a_version_in_a_variable_can_be_replaced_there() -> None:
    (call,) = calls(f"variables:\n  V: '1.91'\nimage: rust:$V-slim\n{JOB}")
    assert call.default is not None
    assert call.default.origin is not None
    assert (call.default.origin.route, call.default.origin.part) == (("variables", "V"), None)


def test_a_finding_names_the_job() -> None:
    report = check(tree(f"image: rust:1.91.0\n{JOB}"))
    (finding,) = (each for each in report.findings if each.id == "memory-cannot-grow")
    assert finding.level == "error"
    assert [each.place for each in finding.evidence] == [".gitlab-ci.yml:1:13", ".gitlab-ci.yml:4:7"]
    assert [build.title for build in report.builds] == [".gitlab-ci.yml, job t, 1.91.0"]
