"""Toolchains of container images, and what Dockerfiles build."""

from __future__ import annotations

import pytest

from wasifix.project.expressions import Known
from wasifix.project.images import VARIABLE, image_toolchain
from wasifix.project.script import plain_script

from .called import PACKAGE, TEST, T, at, calls, shown


@pytest.mark.parametrize(
    ("image", "toolchain", "replaceable"),
    [
        ("rust:1.91", "1.91", "1.91"),
        ("rust:1.91.0", "1.91.0", "1.91.0"),
        ("rust:1.91-slim", "1.91", "1.91"),
        ("rust:1.91.0-alpine3.20", "1.91.0", "1.91.0"),
        ("docker.io/library/rust:1.91-bookworm", "1.91", "1.91"),
        ("registry.example:5000/library/rust:1.91", "1.91", "1.91"),
        ("rust:1", "stable", "1"),
        ("rust:1-slim", "stable", "1-slim"),
        ("rust:latest", "stable", "latest"),
        ("rust:slim-bookworm", "stable", "slim-bookworm"),
        ("rust", "stable", None),
        ("rust:1.91@sha256:aa", "1.91", None),
        ("rust@sha256:aa", None, None),
        ("rustlang/rust:nightly-slim", "nightly", "nightly"),
        ("mcr.microsoft.com/devcontainers/rust:1-1-bookworm", "stable", None),
        ("rust:$X", None, None),
    ],
)
def test_the_toolchain_of_an_image(image: str, toolchain: str | None, replaceable: str | None) -> None:
    script = plain_script("x", f"FROM {image}").part(5, 5 + len(image))
    known = image_toolchain(script.with_values(VARIABLE, lambda _: (Known(None),)))
    assert known is not None
    assert known.text == toolchain
    part = known.origin.part if known.origin else None
    assert (f"FROM {image}"[slice(*part)] if part else None) == replaceable


@pytest.mark.parametrize("image", ["", "debian", "node:22", "messense/rust-musl-cross:x", "rust-lang/x:1.91"])
def test_an_image_without_a_known_toolchain(image: str) -> None:
    assert image_toolchain(plain_script("x", image)) is None


def default(text: str | None) -> str:
    return f" default {text}" if text else ""


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        (f"FROM rust:1.91\nRUN {TEST}\n", [f"Dockerfile:2:5 test {T} default 1.91"]),
        (f"FROM rust:1.91 AS b\nFROM b\nRUN {TEST}\n", [f"Dockerfile:3:5 test {T} default 1.91"]),
        (f"ARG V=1.91\nFROM rust:${{V}}-slim\nRUN {TEST}\n", [f"Dockerfile:3:5 test {T} default 1.91"]),
        (f"ARG V=1.91-slim\nFROM rust:$V\nRUN {TEST}\n", [f"Dockerfile:3:5 test {T} default 1.91"]),
        (f"FROM rust:${{V:-1.91}}\nRUN {TEST}\n", [f"Dockerfile:2:5 test {T} default 1.91"]),
        (f"FROM --platform=linux/amd64 rust:1.91\nRUN {TEST}\n", [f"Dockerfile:2:5 test {T} default 1.91"]),
        (f"FROM debian\nRUN {TEST}\n", [f"Dockerfile:2:5 test {T}"]),
        (f"FROM debian\nRUN rustup default 1.91\nRUN {TEST}\n", [f"Dockerfile:3:5 test {T} default 1.91"]),
        (f"FROM rust:1\nRUN cd sub\nRUN {TEST}\n", [f"Dockerfile:3:5 test {T} default stable"]),
        (f"FROM debian\nWORKDIR /app\nWORKDIR /app/sub\nRUN {TEST}\n", [f"Dockerfile:4:5 sub test {T}"]),
        (f"FROM debian\nWORKDIR /app\nWORKDIR sub\nRUN {TEST}\n", [f"Dockerfile:4:5 sub test {T}"]),
        (f"FROM debian\nENV X={T} Y=z\nRUN cargo test --target $X\n", [f"Dockerfile:3:5 test {T}"]),
        (f"FROM debian\nENV X {T}\nRUN cargo test --target $X\n", [f"Dockerfile:3:5 test {T}"]),
        (f"FROM debian\nARG X={T}\nRUN cargo test --target $X\n", [f"Dockerfile:3:5 test {T}"]),
        ("FROM debian\nRUN export X=y\nRUN cargo test --target $X\n", ["Dockerfile:3:5 test None"]),
        (f"FROM debian\nRUN --mount=type=cache,target=/x \\\n  {TEST}\n", [f"Dockerfile:3:3 test {T}"]),
        (f"FROM debian\nRUN a && \\\n  # why\n  {TEST}\n", [f"Dockerfile:4:3 test {T}"]),
        (f"FROM debian\nRUN <<EOF\na\n{TEST}\nEOF\nRUN b\n", [f"Dockerfile:4:1 test {T}"]),
        (f'FROM debian\nCMD ["cargo", "test", "--target", "{T}"]\n', [f"Dockerfile:2:5 test {T}"]),
        (f"FROM debian\n# RUN {TEST}\n", []),
        (f"FROM debian\nRUN echo {TEST}\n", []),
        (f"RUN {TEST}\n", []),
        ("FROM\nRUN\nRUN [\nRUN <<EOF\n", []),
    ],
)
def test_a_dockerfile_that_a_workflow_builds(dockerfile: str, expected: list[str]) -> None:
    found = calls("docker build .", {"Dockerfile": dockerfile})
    assert [shown(call) + default(call.default.text if call.default else None) for call in found] == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("docker build -f x/Dockerfile .", [f"x/Dockerfile:2:5 test {T}"]),
        ("docker buildx build --push -t a --file=x/Dockerfile .", [f"x/Dockerfile:2:5 test {T}"]),
        ("docker build x", [f"x/Dockerfile:2:5 x test {T}"]),
        ("cd x && podman build .", [f"x/Dockerfile:2:5 x test {T}"]),
        ("docker build .", []),
        ("docker build ../x", []),
        ("docker pull x", []),
        ("docker", []),
        (f"docker run -v $PWD:/x -w /x rust:1.91 {TEST}", [f".github/workflows/ci.yml:6:49 test {T}"]),
        (f"docker run --rm rust:1.91 sh -c '{TEST}'", [f".github/workflows/ci.yml:6:44 test {T}"]),
        (
            f"docker run -e X={T} debian sh -c 'cargo test --target $X'",
            [f".github/workflows/ci.yml:6:63 test {T}"],
        ),
        ("docker run rust:1.91", []),
    ],
)
def test_commands_of_docker(run: str, expected: list[str]) -> None:
    files = {"Cargo.toml": PACKAGE, "x/Dockerfile": f"FROM debian\nRUN {TEST}\n"}
    assert [shown(call) for call in calls(run, files)] == expected


def test_variables_of_the_job_are_not_in_the_container() -> None:
    (call,) = calls("export RUSTFLAGS=x; docker build .", {"Dockerfile": f"FROM rust:1.91\nRUN {TEST}\n"})
    assert "RUSTFLAGS" not in call.environment


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM rust:1.91-slim\n", "1.91"),
        ("ARG V=1.91\nFROM rust:${V}\n", "1.91"),
        ("ARG V='1.91'\nFROM rust:${V}-slim\n", "1.91"),
        ("ARG V=1.91-slim\nFROM rust:$V\n", "1.91"),
        ("FROM rust:1.91@sha256:a\n", None),
    ],
)
def test_the_version_of_an_image_can_be_replaced_where_it_stands(
    dockerfile: str, expected: str | None
) -> None:
    files = {"Dockerfile": f"{dockerfile}RUN {TEST}\n"}
    (call,) = calls("docker build .", files)
    assert call.default is not None
    assert at(call.default.origin, files) == expected


def test_the_container_of_a_job() -> None:
    text = "on: push\njobs:\n  a:\n    container: rust:1.91-slim\n    steps:\n      - run: " + TEST
    (call,) = calls("true", {".github/workflows/b.yml": text})
    assert call.default is not None
    assert (call.default.text, call.default.origin and call.default.origin.part) == ("1.91", (5, 9))
