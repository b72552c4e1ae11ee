"""What is declined or left to the user, each with a small project in which that happens."""

from __future__ import annotations

from situations import CI, CONFIG, PACKAGE, PINNED, RUST, Changed, Regression, Situation, T, job

from wasifix.rust import Release
from wasifix.strategies import Options

FORCED = Options(force=True)
BUILD = {CONFIG: f'[build]\ntarget = "{T}"\n'}
RUNNER = {CONFIG: f'[target.{T}]\nrunner = "wasmtime"\n'}
OLD = f"- run: cargo +1.91.0 test --target {T}"
NEW = f"- run: cargo +1.98.1 test --target {T}"
OF_MATRIX = "- run: cargo +1.91.0 test --target ${{ matrix.t }}"
OF_RELEASES = "- run: cargo +${{ matrix.r }} test --target ${{ matrix.t }}"
ACTION = "- uses: actions-rust-lang/setup-rust-toolchain@v1\n  with: {toolchain: 1.91.0}\n"
ACCEPT = '[package.metadata.wasifix]\naccept = ["removes-cause"]\n'
IN_A_LIST = f"        c:\n          - - {T}\n            - wasm32-wasip1\n"
SETUP = "- uses: bytecodealliance/actions/wasmtime/setup@v1\n"
DTOLNAY = "- uses: dtolnay/rust-toolchain@master\n  with:\n    toolchain: "


TWICE = (
    f"        include:\n          - &x\n            t: {T}\n            a: 1\n"
    "          - t: wasm32-wasip1\n            a: 1\n          - *x\n"
)
AT_END = f"""jobs:
  wasi:
    runs-on: ubuntu-latest
    steps:
      {OF_RELEASES}
    strategy:
      matrix:
        r: [1.91.0]
        t: [{T}, wasm32-wasip2]
        include:
          - t: x
            r: |
              1.0"""
UNENDED = AT_END.replace("            r: |\n              1.0", "            r: 1.0\non:\n  push: |\n    x")
LEG = (
    f"add to jobs.wasi.strategy.matrix.exclude: t: {T}, "
    f"add to jobs.wasi.strategy.matrix.include: r: 1.90.0, t: {T}"
)


def matrix(lines: str) -> str:
    return f"    strategy:\n      matrix:\n{lines}"


def removal(strategy: str, path: str, old: str, new: str, says: str) -> Changed:
    """What somebody changed in a file where a strategy is at work."""
    files = {
        CI: {CI: job(OLD)},
        RUST: {RUST: PINNED.replace(f'"{T}"', f'"{T}", "wasm32-wasip1"'), **BUILD},
    }.get(path, {RUST: PINNED, CONFIG: f'[target.{T}]\nrunner = "wasmtime run"\n'})
    says = f"cannot be taken out safely: {says}"
    return Changed(strategies=(strategy,), files=files, path=path, old=old, new=new, says=says)


def manifest(more: str, strategy: str, says: str, before: str = "") -> Situation:
    """A manifest that a strategy cannot extend."""
    files = {"Cargo.toml": f"{before}{PACKAGE}{more}", RUST: PINNED}
    return Situation(strategy=strategy, files=files, says=f"Cargo.toml cannot be edited safely: {says}")


def config(text: str, strategy: str, says: str, options: Options = FORCED) -> Situation:
    """A configuration of Cargo that a strategy cannot change."""
    says = f"{CONFIG} cannot be edited safely: {says}"
    return Situation(strategy=strategy, files={RUST: PINNED, CONFIG: text}, says=says, options=options)


def workflow(text: str, strategy: str, says: str, **more: str) -> Situation:
    """A workflow of which something is left."""
    files = {CI: text, **{path.replace("__", "."): each for path, each in more.items()}}
    return Situation(strategy=strategy, files=files, says=says)


SITUATIONS: tuple[Situation, ...] = (
    Situation(
        strategy="max-memory",
        files={"build.sh": f'RUSTFLAGS="-C link-arg=\udcff" cargo +1.91.0 build --target {T}\n'},
        says="do it by hand: write -C link-arg=\ufffd -C link-arg=--max-memory=1073741824 "
        "(bytes that are not UTF-8)",
    ),
    # TOML
    manifest("[profile.release.opt-level]\na = 1\n", "opt-level", "a table, not a value"),
    manifest("[[profile.release]]\na = 1\n", "opt-level", "an array of tables, not a table"),
    manifest("[profile]\nrelease = 3\n", "opt-level", "a value where a table is needed"),
    manifest("[profile]\nrelease = {\n  lto = true,\n}\n", "opt-level", "an inline table over several lines"),
    manifest("[profile]\nrelease = { }\n", "opt-level", "an empty inline table with space in it"),
    manifest(
        "",
        "opt-level",
        "an inline table cannot be extended by a table",
        "profile = { dev = { lto = true } }\n",
    ),
    config(f"[target.{T}]\nrustflags = 3\n", "max-memory", "a value where an array is needed"),
    config(f'[target.{T}]\nrustflags = """\n-g"""\n', "max-memory", "a string over several lines"),
    config(
        f'[target.{T}]\nrunner = [\n  "wasmtime", # ours\n  "run",\n]\n',
        "runner",
        "an array with comments",
        Options(force=True, runner="wasmer"),
    ),
    config(f'target.{T}.runner = "wasmtime"\n', "target", "a table without a header of its own"),
    config(f"[target.{T}.wasm32-wasip1]\nx = 1\n", "target", "`wasm32-wasip1` is there already"),
    # YAML
    workflow(
        job(OLD, '    env:\n      "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": wasmtime run\n'),
        "target",
        "rename jobs.wasi.env.CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER to CARGO_TARGET_WASM32_WASIP1_RUNNER"
        " (a name in quotes)",
    ),
    workflow(
        job(OF_MATRIX, matrix(f"        t: [wasm32-wasip1, {T}]\n        include:\n          - t: {T}\n")),
        "target",
        "do it by hand: remove jobs.wasi.strategy.matrix.t.1, remove jobs.wasi.strategy.matrix.include.0"
        " (the only item of a list)",
    ),
    workflow(
        job(OF_MATRIX, matrix(f"        t: [wasm32-wasip1, # old\n          {T}]\n")),
        "target",
        "do it by hand: remove jobs.wasi.strategy.matrix.t.1 (a comment stands between the items)",
    ),
    workflow(
        job(
            OF_MATRIX,
            matrix(f"        t: [{T}]\n{IN_A_LIST}"),
        ),
        "target",
        "do it by hand: set jobs.wasi.strategy.matrix.t.0 to wasm32-wasip1,"
        " remove jobs.wasi.strategy.matrix.c.0.0 (an item that shares its line)",
    ),
    workflow(
        job(f"{DTOLNAY}>\n      1.91.0\n- run: cargo test --target {T}"),
        "pin",
        "do it by hand: set jobs.wasi.steps.0.with.toolchain to 1.90.0"
        " (a text of several lines, which cannot be replaced as a whole)",
    ),
    workflow(
        job(f"- run: cargo test --target {T}", "    env: {RUSTUP_TOOLCHAIN: !!str 1.91.0}\n"),
        "pin",
        "do it by hand: set jobs.wasi.env.RUSTUP_TOOLCHAIN to 1.90.0 (an anchor or a tag is on it)",
    ),
    workflow(
        job(f'- run: "cargo +1.91.0 \\u0074est --target {T}"'),
        "target",
        "do it by hand: write wasm32-wasip1 (a text with escapes)",
    ),
    workflow(
        job(f"- shell: cmd\n  run: |\n    cargo +1.91.0 build --target {T}\n    echo done"),
        "pin",
        "do it by hand: write 1.90.0 (a script for a shell in which # begins no comment)",
    ),
    workflow(
        job(f"- run: |\n    RUSTFLAGS='-C a\n    -C b' cargo +1.91.0 test --target {T}"),
        "pin",
        "do it by hand: write 1.90.0 (a comment would not fit into the script)",
    ),
    workflow(
        job(
            OF_RELEASES,
            matrix(f"        t: [{T}, other]\n        r: [1.91.0]\n        include: [{{r: x}}]\n"),
        ),
        "pin",
        f"do it by hand: add to jobs.wasi.strategy.matrix.exclude: t: {T}, add to "
        f"jobs.wasi.strategy.matrix.include: t: {T}, r: 1.90.0 (not a sequence with an entry on each line)",
    ),
    workflow(
        job(OF_MATRIX, matrix(f"        t: [{T}, wasm32-wasip1]\n{TWICE}")),
        "target",
        "do it by hand: remove jobs.wasi.strategy.matrix.t.0, remove jobs.wasi.strategy.matrix.include.0, "
        "remove jobs.wasi.strategy.matrix.include.2 (an anchor is on it)",
    ),
    workflow(
        UNENDED,
        "pin",
        f"do it by hand: {LEG} (the result would have other values too)",
    ),
    workflow(
        AT_END,
        "pin",
        f"do it by hand: {LEG} (the file ends in a text without a line end, which a line below would add)",
    ),
    workflow(
        f'{{"on": "push", "jobs": {{"a": {{"steps": [{{"run": "cargo +1.91.0 test --target {T}"}}]}}}}}}',
        "pin",
        "do it by hand: write 1.90.0 (JSON, which a program usually writes: change what makes it)",
    ),
    Situation(
        strategy="target",
        files={"package.json": f'{{"scripts": {{"a": "cargo +1.91.0 test --target {T}"}}}}'},
        says="do it by hand: write wasm32-wasip1 (JSON, which has no comments to say why)",
    ),
    # what commands and variables of workflows are left
    workflow(
        job(f"{DTOLNAY}[1.91.0]\n- run: cargo test --target {T}"),
        "pin",
        "do it by hand: set the toolchain of job wasi to 1.90.0",
    ),
    workflow(
        job(f"- uses: dtolnay/rust-toolchain@1.91.0\n- run: cargo test\n- run: '! cargo test --target {T}'"),
        "upgrade",
        "do it by hand: have this command use Rust 1.98.1: cargo +1.98.1",
    ),
    workflow(
        job(f"{ACTION}- run: cargo test --target {T}").replace("ubuntu-latest", "windows-latest"),
        "max-memory",
        "do it by hand: add -C link-arg=--max-memory=1073741824 to the flags of this command",
    ),
    workflow(
        job(f"{OLD}\n- run: cargo +nightly-2026-01-01 run --target {T}"),
        "target",
        f"do it by hand: build this for wasm32-wasip1; what {CI}:7:14 builds shares {CI}",
    ),
    workflow(
        job(OLD, f"    name: build on {T}\n"),
        "target",
        f"names {T} too: wasm32-wasip1 if it is about the same build",
    ),
    workflow(
        job(f"- env: {{ A: '--release' }}\n  run: cargo +1.91.0 test $A --target {T}"),
        "profile",
        "after the change `memory-cannot-grow` would still be there",
    ),
    workflow(
        job("- run: npm run a"),
        "profile",
        "have this command use the profile: --profile wasmtime-test",
        package__json=f'{{"scripts": {{"a": "cargo +1.91.0 build --release --target {T}"}}}}',
    ),
    workflow(
        job(f"- run: for t in {T} wasm32-wasip2; do cargo +1.91.0 test --release --target $t; done"),
        "profile",
        f"other targets share this option; for {T} use --profile wasmtime-test",
    ),
    workflow(
        job(f"{OLD} --release", "    env: {CARGO_PROFILE_RELEASE_OPT_LEVEL: '${{ vars.LEVEL }}'}\n"),
        "opt-level",
        "set CARGO_PROFILE_RELEASE_OPT_LEVEL to 1",
    ),
    # strategies
    Situation(
        strategy="max-memory",
        files={
            RUST: PINNED,
            CONFIG: f'[target.{T}]\nrustflags = ["-C", "link-arg=--initial-memory=4294901760"]\n',
        },
        says="--initial-memory=4294901760 leaves no room below 1073741824",
    ),
    Situation(
        strategy="target",
        files={RUST: PINNED, "src/lib.rs": "fn a() { std::thread::spawn(|| {}); }\n"},
        says="the code starts threads, which this target does not have",
        options=Options(keep_threads=True),
    ),
    Situation(
        strategy="runner",
        files={RUST: PINNED, **RUNNER, CI: job(OLD)},
        says="the job needs Wasmer: `uses: wasmerio/setup-wasmer@v3.1`, or https://get.wasmer.io",
        options=Options(force=True, runner="wasmer"),
    ),
    Situation(
        strategy="runner",
        files={RUST: PINNED, **RUNNER, CI: job(OLD)},
        says="the job needs wasifix: `pip install 'wasifix[run]'`",
        options=Options(force=True, runner="embedded"),
    ),
    Situation(
        strategy="runner",
        files={RUST: PINNED, **RUNNER},
        says="Wasmtime 47.0.0 cannot run modules with threads",
        options=Options(force=True, wasmtime=Release(47, 0, 0)),
    ),
    Situation(
        strategy="runner",
        files={**RUNNER, CI: job(f"{SETUP}  with: {{version: '${{{{ vars.W }}}}'}}\n{NEW}")},
        says="install Wasmtime 36.0.9",
        options=FORCED,
    ),
    Situation(
        strategy="runner",
        files={
            **RUNNER,
            CI: job(
                f"{SETUP}{NEW}\n- run: &x wasmtime run -W threads "
                f"--wasi-modules=experimental-wasi-threads target/{T}/a.wasm"
            ),
        },
        says=f"call it so: wasmtime run -W threads -S threads target/{T}/a.wasm",
        options=FORCED,
    ),
    Situation(
        strategy="pin",
        files={"rust-toolchain": "1.85.0\n", **BUILD},
        says="the toolchain is 1.85.0, older than 1.90.0 already; a newer one is no pin",
    ),
    Situation(
        strategy="pin",
        files={RUST: PINNED.replace("1.91", "1.90")},
        says="the toolchain is 1.90.0 already, and that release is hit too",
    ),
    Situation(
        strategy="pin",
        files={RUST: PINNED, "Cargo.toml": f'{PACKAGE}rust-version = "1.91"\n'},
        says="demo needs Rust 1.91.0, which is newer than 1.90.0",
    ),
    Situation(
        strategy="target pin",
        files={RUST: PINNED},
        says="the strategies before it leave no build that it would remedy",
    ),
    Situation(
        strategy="pin",
        files={RUST: PINNED, CONFIG: '[unstable]\nbuild-std = ["std"]\n'},
        says="the project needs a nightly toolchain",
    ),
    Situation(
        strategy="pin",
        files={
            RUST: PINNED,
            "Cargo.toml": f'{PACKAGE}[package.metadata.wasifix]\naccept = ["removes-cause"]\n',
        },
        says="its effect is `unproven`, and the settings accept only removes-cause",
    ),
    Situation(
        strategy="max-memory",
        files={
            RUST: PINNED,
            "Cargo.toml": '[workspace]\nmembers = ["a", "b"]\n',
            "a/Cargo.toml": PACKAGE,
            "b/Cargo.toml": PACKAGE.replace("demo", "other"),
        },
        says="RUSTFLAGS is set and the workspace has 2 packages: which of them link?",
        environment={"RUSTFLAGS": "-g"},
    ),
    Situation(
        strategy="max-memory",
        files={RUST: PINNED, "build.rs": "mod x;\nfn main() -> () { x::y() }\n"},
        says="RUSTFLAGS is set, and the build script of demo cannot be extended safely",
        environment={"RUSTFLAGS": "-g"},
    ),
    Situation(
        strategy="pin",
        files={RUST: '[toolchain]\npath = "/x"\n', **BUILD},
        says="the project uses a toolchain in a folder, which wasifix does not replace",
        options=FORCED,
    ),
)
CHANGES: tuple[Changed, ...] = (
    # a second strategy
    Changed(
        strategies=("pin",),
        files={CI: job(OLD)},
        path=CI,
        old="",
        new="",
        then="upgrade",
        says="do it by hand: write 1.98.1 (wasifix changed these words already: `wasifix remove` first)",
    ),
    # words of scripts
    removal("pin", CI, "1.90.0 test", "1.92.0 test", "`1.90.0` is not there any more"),
    removal("pin", CI, "1.91.0 ->", "->", "the lines below the comment were changed since"),
    # TOML
    removal("pin", RUST, '"1.90.0"', '"1.92.0"', "the toolchain was changed since"),
    removal("pin", RUST, 'channel = "1.90.0"\n', "", "the toolchain is gone"),
    removal("pin", RUST, "1.91.0 ->", "was", "the comment was changed"),
    removal(
        "profile", "Cargo.toml", "inherits", "# x\ninherits", "the table has comments or blank lines now"
    ),
    removal(
        "profile",
        "Cargo.toml",
        "codegen-units = 16\n",
        "codegen-units = 16\n[profile.wasmtime-test.package.x]\n",
        "the table has tables of its own now",
    ),
    removal("profile", "Cargo.toml", "[profile.wasmtime-test]\n", "", "the table below the comment is gone"),
    removal(
        "target",
        CONFIG,
        "[target.wasm32-wasip1]",
        "[target.x]",
        "the table `wasm32-wasip1` was renamed since",
    ),
    removal(
        "target",
        RUST,
        "targets = [",
        "old = [",
        "`targets` is no list any more, so that its item cannot go back",
    ),
    Changed(
        strategies=("max-memory",),
        files={RUST: PINNED},
        path=CONFIG,
        old="[target",
        new="[env]\nA = '1'\n[target",
        says="cannot be taken out safely: the file has more in it now than wasifix wrote",
    ),
    Changed(
        strategies=("profile",),
        files={RUST: PINNED},
        path="Cargo.toml",
        old="opt-level = 1",
        new="opt-level = 2",
        says="what stands below the comment was changed since wasifix wrote it",
    ),
    Changed(
        strategies=("pin",),
        files={RUST: PINNED, "rust-toolchain": PINNED},
        path=RUST,
        old="1.91.0 ->",
        new="1.89.0 ->",
        says="the project could not be read without it: rust-toolchain:2:11: two files choose the toolchain: "
        f"1.91.0 here, 1.89.0 in {RUST}:2:11",
    ),
)
REGRESSIONS = (
    Regression(workflow="on: push\njobs: {}\n", says="its jobs are not a mapping with an entry on each line"),
    Regression(
        workflow=job(OLD).replace("on: push", "on: workflow_dispatch"),
        says="it does not run on pushes or pull requests",
    ),
    Regression(workflow=job(OLD).replace("wasi:", "wasm-threads:"), says="it has another job `wasm-threads`"),
)
ALL: tuple[Situation | Changed | Regression, ...] = (*SITUATIONS, *CHANGES, *REGRESSIONS)
