"""The flags of a runner against the Wasmtime that a workflow installs, or against all of them."""

from __future__ import annotations

import pytest

from ci_checks.layout import CONFIG, TEST, WORKFLOW, brief, found, workflow

SETUP = "- uses: bytecodealliance/actions/wasmtime/setup@v1\n"
OLD = "--wasm-features=threads --wasi-modules=experimental-wasi-threads"


def setup(version: str) -> str:
    return f"{SETUP}  with:\n    version: '{version}'\n"


def files(runner: str, steps: str = "", target: str = "wasm32-wasip1-threads") -> dict[str, str]:
    made = {CONFIG: f'[target.{target}]\nrunner = "{runner}"\n'}
    return {**made, WORKFLOW: workflow(steps)} if steps else made


@pytest.mark.parametrize(
    ("runner", "steps", "expected"),
    [
        ("wasmtime run --dir .", "", ["warning likely .cargo/config.toml:2:10"]),
        ("wasmtime", "", ["warning likely .cargo/config.toml:2:10"]),
        ("wasmtime run -W shared-memory --", "", ["warning likely .cargo/config.toml:2:10"]),
        ("wasmtime run -S threads=n --", "", ["warning likely .cargo/config.toml:2:10"]),
        ("wasmtime run -S threads --", setup("44.0.1") + TEST, ["error confirmed .cargo/config.toml:2:10"]),
        ("wasmtime run -S threads --", setup("v46.0.1") + TEST, ["error confirmed .cargo/config.toml:2:10"]),
        (
            "wasmtime run -S threads -W shared-memory --",
            setup("36.0.9") + TEST,
            ["error confirmed .cargo/config.toml:2:10"],
        ),
        (f"wasmtime run {OLD} --", setup("36") + TEST, ["error confirmed .cargo/config.toml:2:10"]),
        ("wasmtime run -S threads --", setup("13.0.0") + TEST, ["error confirmed .cargo/config.toml:2:10"]),
        ("wasmtime run -S threads --", SETUP + TEST, ["note possible .cargo/config.toml:2:10"]),
        (
            "wasmtime run -S threads --",
            setup("${{ inputs.w }}") + TEST,
            ["note possible .cargo/config.toml:2:10"],
        ),
    ],
)
def test_flags_that_do_not_fit(runner: str, steps: str, expected: list[str]) -> None:
    assert brief(found("wasmtime-flags", files(runner, steps))) == expected


@pytest.mark.parametrize(
    ("runner", "steps", "target"),
    [
        ("wasmtime run -S threads --", "", "wasm32-wasip1-threads"),
        ("wasmtime run -S threads -W shared-memory --", "", "wasm32-wasip1-threads"),
        (f"wasmtime run {OLD} --", "", "wasm32-wasip1-threads"),
        ("wasmtime run -S threads --", setup("36.0.9") + TEST, "wasm32-wasip1-threads"),
        ("wasmtime run --wasi threads=y --", setup("v39.0.1") + TEST, "wasm32-wasip1-threads"),
        ("wasmtime run -Wshared-memory -Sthreads --", setup("46.0.1") + TEST, "wasm32-wasip1-threads"),
        ("wasmtime run -Wshared-memory -Sthreads --", SETUP + TEST, "wasm32-wasip1-threads"),
        # what is wrong with these is not the flags
        ("wasmtime run -S threads -W shared-memory --", setup("47.0.0") + TEST, "wasm32-wasip1-threads"),
        ("wasmer run --enable-threads --", setup("44.0.1") + TEST, "wasm32-wasip1-threads"),
        ("node run.mjs", setup("44.0.1") + TEST, "wasm32-wasip1-threads"),
        ("wasifix run", "", "wasm32-wasip1-threads"),
        ("./run.sh", "", "wasm32-wasip1-threads"),
        ("wasmtime run --dir .", "", "wasm32-wasip1"),
        ("wasmtime run --dir .", "", "wasm32-wasip2"),
        ("wasmtime run --config wasmtime.toml", "", "wasm32-wasip1-threads"),
    ],
)
def test_flags_that_fit_or_are_none_of_its_business(runner: str, steps: str, target: str) -> None:
    assert found("wasmtime-flags", files(runner, steps, target)) == ()


def test_the_right_command_is_named_for_each_line_of_releases() -> None:
    (finding,) = found("wasmtime-flags", files("wasmtime run --dir . --"))
    assert [(each.text, each.note) for each in finding.evidence[1:]] == [
        ("for 22 to 39", "wasmtime run -S threads --dir . --"),
        ("for 40 to 46", "wasmtime run -S threads -W shared-memory --dir . --"),
    ]
    assert finding.evidence[0].note == "for Wasmtime 22 to 46 it lacks `-S threads`"


def test_the_runner_of_a_step_is_found_where_it_is_set() -> None:
    step = (
        "- run: cargo test --target wasm32-wasip1-threads\n  env:\n"
        "    CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER: wasmtime run -S threads --\n"
    )
    (finding,) = found("wasmtime-flags", {WORKFLOW: workflow(setup("44.0.1") + step)})
    assert brief((finding,)) == ["error confirmed .github/workflows/ci.yml:11:54"]
    assert finding.evidence[1].text == "version: '44.0.1'"


def test_a_runner_that_cannot_be_known_is_not_judged() -> None:
    step = (
        "- run: cargo test --target wasm32-wasip1-threads\n  env:\n"
        "    CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER: wasmtime ${{ inputs.flags }}\n"
    )
    steps = setup("44.0.1") + step
    assert found("wasmtime-flags", files("wasmtime run -S threads --", steps)) == ()


def test_the_runner_of_the_users_environment_is_judged() -> None:
    variables = {"CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": "wasmtime run"}
    (finding,) = found("wasmtime-flags", files("wasmtime run -S threads --"), variables)
    assert finding.evidence[0].text == "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER=wasmtime run"


def test_jobs_that_share_a_runner_share_a_finding() -> None:
    matrix = "    strategy:\n      matrix:\n        rust: ['1.97.1', '1.98.1']\n"
    steps = setup("44.0.1") + "- run: rustup default ${{ matrix.rust }}\n" + TEST
    made = {**files("wasmtime run -S threads --"), WORKFLOW: workflow(steps, job=matrix)}
    (finding,) = found("wasmtime-flags", made)
    assert len(finding.builds) == 2
