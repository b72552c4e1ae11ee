"""What commands of a workflow lead on to: scripts, recipes and aliases of the repository."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.project.outcomes import FOLLOW_LIMIT

from .called import TEST, T, at, calls, shown


@pytest.mark.parametrize(
    ("run", "script", "expected"),
    [
        ("bash build.sh", TEST, f"build.sh:1:1 test {T}"),
        ("sh -x build.sh", TEST, f"build.sh:1:1 test {T}"),
        ("bash -euo pipefail build.sh", TEST, f"build.sh:1:1 test {T}"),
        ("./build.sh", f"#!/bin/sh\n{TEST}", f"build.sh:2:1 test {T}"),
        ("sudo ./build.sh", f"#!/bin/sh\n{TEST}", f"build.sh:2:1 test {T}"),
        (". ./build.sh", TEST, f"build.sh:1:1 test {T}"),
        ("source build.sh", TEST, f"build.sh:1:1 test {T}"),
        (f"./build.sh {T}", "cargo test --target $1", f"build.sh:1:1 test {T}"),
        (f"./build.sh --target {T}", 'cargo test "$@" --release', f"build.sh:1:1 test {T} release"),
        (f"./build.sh --target {T} --release", "cargo test $@", f"build.sh:1:1 test {T} release"),
        ("./build.sh", f'cargo test --target "${{1:-{T}}}"', f"build.sh:1:1 test {T}"),
        ("./build.sh", f"cd sub\n{TEST}", f"build.sh:2:1 sub test {T}"),
        ("cd sub; ../build.sh", TEST, f"build.sh:1:1 sub test {T}"),
        ("./build.sh", "./build.sh\n" + TEST, f"build.sh:2:1 test {T}"),
        (f"bash -c '{TEST}'", "", f".github/workflows/ci.yml:6:20 test {T}"),
        (f'sh -ec "{TEST}"', "", f".github/workflows/ci.yml:6:19 test {T}"),
        (f'X={T}\nbash -c "cargo test --target $X"', "", f".github/workflows/ci.yml:7:20 test {T}"),
        (f'X="true; {TEST}"\nbash -c "$X"', "", f".github/workflows/ci.yml:6:14 test {T}"),
        (
            f"X='cd sub\n{TEST} --release'\nsh -ec \"$X\"",
            "",
            f".github/workflows/ci.yml:6:14 sub test {T} release",
        ),
        (f"X='{TEST}'\nbash -c \"cd sub && $X\"", "", f".github/workflows/ci.yml:7:19 sub test {T}"),
        (f"X='{TEST}'\ndocker run rust:1.90 bash -c \"$X\"", "", f".github/workflows/ci.yml:6:14 test {T}"),
        (f'eval "{TEST}"', "", f".github/workflows/ci.yml:6:17 test {T}"),
        (f"eval {TEST}", "", f".github/workflows/ci.yml:6:16 test {T}"),
        (f"X='{TEST}'\neval \"$X\"", "", f".github/workflows/ci.yml:6:14 test {T}"),
        (f"X='{TEST}'\n$X --locked", "", f".github/workflows/ci.yml:7:11 test {T}"),
        (f"X='cargo test'\n$X --target {T}", "", f".github/workflows/ci.yml:7:11 test {T}"),
        (f"X='{TEST}'\neval $X", "", f".github/workflows/ci.yml:7:16 test {T}"),
        (f"eval 'X={T}; cd sub'\ncargo test --target $X", "", f".github/workflows/ci.yml:7:11 sub test {T}"),
    ],
)
def test_a_script_is_entered(run: str, script: str, expected: str) -> None:
    assert [shown(call) for call in calls(run, {"build.sh": script})] == [expected]


@pytest.mark.parametrize(
    ("run", "files"),
    [
        ("bash missing.sh", {}),
        ("bash ../build.sh", {"build.sh": TEST}),
        ("bash $X/build.sh", {"build.sh": TEST}),
        ("cat build.sh", {"build.sh": TEST}),
        ("./build.py", {"build.py": f"#!/usr/bin/env python3\n# {TEST}"}),
        ("./tool", {"tool": f"\0\1{TEST}"}),
        ("bash", {"build.sh": TEST}),
        ("bash -c", {"build.sh": TEST}),
    ],
)
def test_nothing_is_entered(run: str, files: Mapping[str, str]) -> None:
    assert calls(run, files) == []


def test_what_a_script_exports_stays_in_it_but_not_what_it_tells_rustup() -> None:
    files = {"a.sh": "export RUSTUP_TOOLCHAIN=1.90.0\nrustup default 1.91.0\ncd sub"}
    (call,) = calls(f"bash a.sh\n{TEST}", files)
    assert "RUSTUP_TOOLCHAIN" not in call.environment
    assert call.folder == ""
    assert call.default is not None
    assert call.default.text == "1.91.0"


def test_what_a_sourced_script_does_lasts() -> None:
    (call,) = calls(f". ./a.sh\n{TEST}", {"a.sh": "export RUSTUP_TOOLCHAIN=1.90.0 # rustup\ncd sub"})
    assert call.environment["RUSTUP_TOOLCHAIN"].text == "1.90.0"
    assert call.folder == "sub"


def test_scripts_that_call_each_other_end() -> None:
    files = {f"{n}.sh": "".join(f"bash {m}.sh\n" for m in range(12)) + TEST for n in range(12)}
    found = calls(f"bash 0.sh\n{TEST}", files)
    assert shown(found[-1]) == f".github/workflows/ci.yml:7:11 test {T}"
    assert len(found) <= FOLLOW_LIMIT + 1


@pytest.mark.parametrize(
    ("run", "alias", "expected"),
    [
        ("cargo wt", f'wt = "test --target {T}"', f"test {T}"),
        ("cargo wt --release", f'wt = ["test", "--target", "{T}"]', f"test {T} release"),
        ("cargo +1.91.0 wt", f'wt = "test --target {T}"', f"+1.91.0 test {T}"),
        ("cargo wt", f'wt = "w2 --release"\nw2 = "test --target {T}"', f"test {T} release"),
        ("cargo wt", 'wt = "wt"', None),
        ("cargo wt", f'wx = "test --target {T}"', None),
        ("cargo test", f'test = "build --target {T}"', "test None"),
        ("cargo check", f'check = "build --target {T}"', None),
    ],
)
def test_an_alias_of_cargo(run: str, alias: str, expected: str | None) -> None:
    found = calls(run, {".cargo/config.toml": f"[alias]\n{alias}\n"})
    place = ".github/workflows/ci.yml:6:11"
    assert [shown(call) for call in found] == ([f"{place} {expected}"] if expected else [])


@pytest.mark.parametrize(
    ("run", "scripts", "expected"),
    [
        ("npm run b", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("npm run b -- --release", f'"b": "{TEST}"', [f"package.json:2:22 test {T} release"]),
        ("npm run b --if-present", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("npm test", f'"test": "{TEST}"', [f"package.json:2:25 test {T}"]),
        ("npm t", f'"test": "{TEST}"', [f"package.json:2:25 test {T}"]),
        ("yarn b", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("yarn run b --release", f'"b": "{TEST}"', [f"package.json:2:22 test {T} release"]),
        ("pnpm b --release", f'"b": "{TEST}"', [f"package.json:2:22 test {T} release"]),
        ("bun run b", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("cd sub && npm run b", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("npm --prefix . run b", f'"b": "{TEST}"', [f"package.json:2:22 test {T}"]),
        ("npm run a", f'"a": "npm run b", "b": "{TEST}"', [f"package.json:2:40 test {T}"]),
        ("npm run b", f'"preb": "{TEST}", "b": "echo"', [f"package.json:2:25 test {T}"]),
        ("npm run b", f'"b": "napi build --release --target {T}"', [f"package.json:2:22 build {T} release"]),
        ("yarn b --target " + T, '"b": "napi build --platform"', [f"package.json:2:22 build {T}"]),
        ("yarn b -t " + T, '"b": "napi build --profile wasi"', [f"package.json:2:22 build {T} wasi"]),
        ("yarn b", '"b": "napi build --platform"', ["package.json:2:22 build host"]),
        (f"CARGO_BUILD_TARGET={T} yarn b", '"b": "napi build"', [f"package.json:2:22 build {T}"]),
        (f"yarn napi build --target {T}", '"b": ""', [f".github/workflows/ci.yml:6:16 build {T}"]),
        (f"pnpm exec napi build --target {T}", '"b": ""', [f".github/workflows/ci.yml:6:21 build {T}"]),
        (f"npx napi build --target {T}", '"b": ""', [f".github/workflows/ci.yml:6:11 build {T}"]),
        (f"RUST_TARGET={T} npm run b", '"b": "node build.js"', [f"package.json:2:22 build {T}"]),
        (f"npm run b -- --target {T}", '"b": "node build.js"', [f"package.json:2:22 build {T}"]),
        ("npm run b", '"b": "node build.js"', []),
        (f"RUST_TARGET={T} npm run b", '"b": "node test.js"', []),
        (f"RUST_TARGET={T} yarn install --mode=skip-build", '"b": "node build.js"', []),
        ("npm install", f'"install": "{TEST}"', []),
        ("npm b", f'"b": "{TEST}"', []),
        ("npm run c", f'"b": "{TEST}"', []),
        ("npm run b", '"b": "npm run b"', []),
        ("npm run", f'"b": "{TEST}"', []),
        ("npm", f'"b": "{TEST}"', []),
    ],
)
def test_a_script_of_package_json(run: str, scripts: str, expected: list[str]) -> None:
    text = f'{{\n  "scripts": {{ {scripts} }}\n}}\n'
    assert [shown(call) for call in calls(run, {"package.json": text})] == expected


@pytest.mark.parametrize(
    ("run", "manager", "expected"),
    [
        ("yarn workspace @x/b build", '"workspaces": ["packages/*"]', ["packages/b"]),
        ("npm run build -w @x/b", '"workspaces": ["packages/*"]', []),
        ("npm -w @x/b run build", '"workspaces": ["packages/*"]', ["packages/b"]),
        ("npm --workspace=packages/b run build", '"workspaces": ["packages/*"]', ["packages/b"]),
        ("pnpm --filter @x/b build", '"workspaces": {"packages": ["packages/*"]}', ["packages/b"]),
        ("pnpm --filter=@x/b... run build", '"workspaces": ["packages/*"]', ["packages/b"]),
        ("pnpm --filter ./packages/b build", '"workspaces": ["packages/*"]', ["packages/b"]),
        ("pnpm --filter '@x/*' build", '"workspaces": ["packages/*"]', ["packages/a", "packages/b"]),
        ("pnpm -C packages/b build", '"x": 1', ["packages/b"]),
        ("yarn --cwd packages/b build", '"x": 1', ["packages/b"]),
        ("pnpm --filter @x/c build", '"workspaces": ["packages/*"]', []),
        ("pnpm --filter @x/b build", '"workspaces": ["!packages/*", "../x"]', []),
    ],
)
def test_a_package_of_a_workspace(run: str, manager: str, expected: list[str]) -> None:
    files = {
        "package.json": f'{{"name": "root", {manager}}}',
        "packages/a/package.json": f'{{"name": "@x/a", "scripts": {{"build": "{TEST}"}}}}',
        "packages/b/package.json": f'{{"name": "@x/b", "scripts": {{"build": "{TEST}"}}}}',
    }
    assert [call.folder for call in calls(run, files)] == expected


def test_an_unreadable_builder_is_a_doubt() -> None:
    files = {"package.json": '{"scripts": {"b": "node scripts/build.js"}}'}
    (call,) = calls(f"RUST_TARGET={T} npm run b", files)
    assert call.doubts == ("what `node scripts/build.js` runs cannot be known",)


def test_nothing_is_written_into_json() -> None:
    files = {"package.json": f'{{"scripts": {{"b": "cargo +1.91.0 test --target {T} --release"}}}}'}
    (call,) = calls("npm run b", files)
    assert (call.start, call.program, call.target.origin, call.profile.origin) == (None,) * 4
    assert call.plus is not None
    assert (call.plus.text, call.plus.origin) == ("1.91.0", None)


@pytest.mark.parametrize(
    ("run", "makefile", "expected"),
    [
        ("make", f"all:\n\t{TEST}\n", [f"Makefile:2:2 test {T}"]),
        ("make t", f"all:\n\techo\nt:\n\t{TEST}\n", [f"Makefile:4:2 test {T}"]),
        ("make all", f"all: t\nt:\n\t@{TEST}\n", [f"Makefile:3:3 test {T}"]),
        ("make all", f"t:\n\t{TEST}\nall: | t ; echo\n", [f"Makefile:2:2 test {T}"]),
        ("make t", f"X = {T}\nt:\n\tcargo test --target $(X)\n", [f"Makefile:3:2 test {T}"]),
        ("make t", f"X := {T} # why\nt:\n\tcargo test --target=${{X}}\n", [f"Makefile:3:2 test {T}"]),
        ("make t", f"X ?= {T}\nt:\n\tcargo test --target $(X)\n", [f"Makefile:3:2 test {T}"]),
        (f"X={T} make t", "X ?= y\nt:\n\tcargo test --target $(X)\n", ["Makefile:3:2 test y"]),
        (f"export X={T}; make t", "X ?= y\nt:\n\tcargo test --target $(X)\n", [f"Makefile:3:2 test {T}"]),
        (f"make t X={T}", "X = y\nt:\n\tcargo test --target $(X)\n", [f"Makefile:3:2 test {T}"]),
        ("make t", f"A = {T}\nX = $(A)\nt:\n\tcargo test --target $(X)\n", [f"Makefile:4:2 test {T}"]),
        ("make t", f"A = test\nA += --target {T}\nt:\n\tcargo $(A)\n", [f"Makefile:4:2 test {T}"]),
        ("make t", "X = $(shell cat x)\nt:\n\tcargo test --target $(X)\n", ["Makefile:3:2 test None"]),
        ("make t", "X = $(X)\nt:\n\tcargo test --target $(X)\n", ["Makefile:3:2 test None"]),
        ("make t", f"t:\n\tX={T}; cargo test --target $$X\n", [f"Makefile:2:27 test {T}"]),
        ("make t", f"t:\n\tcargo test \\\n\t  --target {T}\n", [f"Makefile:2:2 test {T}"]),
        (
            "make t",
            f"t:\n\tcd sub && {TEST}\n\t{TEST}\n",
            [f"Makefile:2:12 sub test {T}", f"Makefile:3:2 test {T}"],
        ),
        ("make -C sub t", f"t:\n\t{TEST}\n", []),
        ("make -f x.mk t", f"t:\n\t{TEST}\n", []),
        ("make test-" + T, "test-%:\n\tcargo test --target $*\n", [f"Makefile:2:2 test {T}"]),
        ("make t", f"t: X = {T}\nt:\n\tcargo test --target $(X)\n", [f"Makefile:3:2 test {T}"]),
        ("make t", f"t: u\nu:\n\t$(MAKE) v\nv:\n\t{TEST}\n", [f"Makefile:5:2 test {T}"]),
        ("make t", f"ifdef X\nt:\n\t{TEST}\nendif\n", [f"Makefile:3:2 test {T}"]),
        (
            "make t",
            f"CARGO = cargo +1.91.0\nt:\n\t$(CARGO) test --target {T}\n",
            [f"Makefile:3:2 +1.91.0 test {T}"],
        ),
        ("make t", f"t:\n\t$(CARGO) test --target {T}\n", [f"Makefile:2:2 test {T}"]),
        ("make x", f"t:\n\t{TEST}\n", []),
        ("make t", "t: t\n\tmake t\n", []),
        ("make t", f"# t:\n#\t{TEST}\n", []),
        ("make t", f"t:\n\techo {TEST}\n", []),
    ],
)
def test_a_recipe_of_a_makefile(run: str, makefile: str, expected: list[str]) -> None:
    files = {"Makefile": makefile + "# wasm32\n"}
    assert [shown(call) for call in calls(run, files)] == expected


def test_a_toolchain_in_a_makefile_can_be_replaced_where_it_stands() -> None:
    files = {"Makefile": f"TC ?= 1.91.0\nt:\n\tcargo +$(TC) test --release --target {T}\n"}
    (call,) = calls("make t", files)
    assert call.plus is not None
    assert at(call.plus.origin, files) == "1.91.0"
    assert at(call.profile.origin, files) == "--release"
    assert at(call.target.origin, files) == T
    assert at(call.program, files) == "cargo"
    assert call.start is not None
    assert call.start.part is not None
    assert files["Makefile"][call.start.part[0] :].startswith("cargo +$(TC)")


def test_variables_that_a_makefile_exports() -> None:
    text = f"export RUSTFLAGS = -Dwarnings\nA = b\nt:\n\t{TEST}\n"
    (call,) = calls("make t", {"Makefile": text})
    assert call.environment["RUSTFLAGS"].text == "-Dwarnings"
    assert "A" not in call.environment


@pytest.mark.parametrize(
    ("run", "justfile", "expected"),
    [
        ("just", f"default:\n    {TEST}\n", [f"justfile:2:5 test {T}"]),
        ("just", f"a: b\nb:\n    @{TEST}\n", [f"justfile:3:6 test {T}"]),
        ("just t", f"a:\n    echo\n\n# why\n[private]\n@t:\n    {TEST}\n", [f"justfile:7:5 test {T}"]),
        ("just t", f"x := '{T}'\nt:\n    cargo test --target {{{{x}}}}\n", [f"justfile:3:5 test {T}"]),
        ("just t", f'x := "{T}" # y\nt:\n  cargo test --target={{{{ x }}}}\n', [f"justfile:3:3 test {T}"]),
        (f"just x={T} t", "x := 'y'\nt:\n    cargo test --target {{x}}\n", [f"justfile:3:5 test {T}"]),
        (f"just --set x {T} t", "x := 'y'\nt:\n    cargo test --target {{x}}\n", [f"justfile:3:5 test {T}"]),
        (f"just t {T}", "t target:\n    cargo test --target {{target}}\n", [f"justfile:2:5 test {T}"]),
        ("just t", f"t target='{T}':\n    cargo test --target {{{{target}}}}\n", [f"justfile:2:5 test {T}"]),
        (f"just t --target {T}", "t *args:\n    cargo test {{args}}\n", [f"justfile:2:5 test {T}"]),
        ("just t", "t *args:\n    cargo test {{args}}\n", ["justfile:2:5 test None"]),
        (f"just t {T}", 't $target:\n    cargo test --target "$target"\n', [f"justfile:2:5 test {T}"]),
        ("just a", f"a: (t '{T}')\nt x:\n    cargo test --target {{{{x}}}}\n", [f"justfile:3:5 test {T}"]),
        ("just a t", f"a:\n    echo\nt:\n    {TEST}\n", [f"justfile:4:5 test {T}"]),
        ("just u", f"alias u := t\nt:\n    {TEST}\n", [f"justfile:3:5 test {T}"]),
        (
            "just t",
            f"x := env('X', '{T}')\nt:\n  cargo test --target {{{{x}}}}\n",
            [f"justfile:3:3 test {T}"],
        ),
        (
            f"export X={T}; just t",
            "x := env('X')\nt:\n  cargo test --target {{x}}\n",
            [f"justfile:3:3 test {T}"],
        ),
        ("just t", "x := 'wasm32' + '-x'\nt:\n  cargo test --target {{x}}\n", ["justfile:3:3 test wasm32-x"]),
        ("just t", "x := `cat y`\nt:\n  cargo test --target {{x}}\n", ["justfile:3:3 test None"]),
        ("just t", "x := x\nt:\n  cargo test --target {{x}}\n", ["justfile:3:3 test None"]),
        ("just t", f"t:\n    #!/usr/bin/env bash\n    cd sub\n    {TEST}\n", [f"justfile:4:5 sub test {T}"]),
        ("just t", f"t:\n    cd sub\n    {TEST}\n", [f"justfile:3:5 test {T}"]),
        ("just t", f"t:\n    cargo test \\\n      --target {T}\n", [f"justfile:2:5 test {T}"]),
        ("cd sub; just t", f"t:\n    {TEST}\n", [f"justfile:2:5 test {T}"]),
        ("just -f justfile t", f"t:\n    {TEST}\n", [f"justfile:2:5 test {T}"]),
        ("just t", "t: t\n    just t\n", []),
        ("just t", f"t:\n    #!/usr/bin/env python3\n    # {TEST}\n", []),
        ("just u", f"t:\n    {TEST}\n", []),
        ("just --list", f"t:\n    echo {TEST}\n", []),
    ],
)
def test_a_recipe_of_a_justfile(run: str, justfile: str, expected: list[str]) -> None:
    assert [shown(call) for call in calls(run, {"justfile": justfile})] == expected


def test_a_toolchain_in_a_justfile_can_be_replaced_where_it_stands() -> None:
    files = {"justfile": f"tc := '1.91.0'\nt:\n    cargo +{{{{tc}}}} test --release --target {T}\n"}
    (call,) = calls("just t", files)
    assert call.plus is not None
    assert at(call.plus.origin, files) == "1.91.0"
    assert at(call.profile.origin, files) == "--release"


def test_variables_that_a_justfile_exports() -> None:
    text = f"export RUSTFLAGS := '-Dwarnings'\na := 'b'\nt:\n    {TEST}\n"
    (call,) = calls("just t", {"justfile": text})
    assert call.environment["RUSTFLAGS"].text == "-Dwarnings"
    assert "a" not in call.environment
