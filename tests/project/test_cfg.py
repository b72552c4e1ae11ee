from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rust_programs import TARGET, run, sysroot

from wasifix.project.cfg import cfg_matches

TRIPLES = (
    TARGET,
    "wasm32-wasip1",
    "wasm32-wasip2",
    "wasm32-unknown-unknown",
    "wasm32-unknown-emscripten",
    "wasm32v1-none",
)


@pytest.mark.parametrize(
    "expression",
    [
        'target_os = "wasi"',
        'target_os="wasi"',
        ' target_os  =  "wasi" ',
        'target_env = "p1"',
        'target_arch = "wasm32"',
        'target_family = "wasm"',
        'target_abi = ""',
        "true",
        "debug_assertions",
        "all()",
        "not(any())",
        "not(unix)",
        'any(windows, target_arch = "wasm32")',
        'all(target_arch = "wasm32", target_os = "wasi",)',
        'not(target_feature = "atomics")',
        "all(not(any(unix, windows)), any(false, all(true)))",
    ],
)
def test_what_holds_for_the_target(expression: str) -> None:
    assert cfg_matches(f"cfg({expression})", TARGET)


@pytest.mark.parametrize(
    "expression",
    [
        "cfg(unix)",
        "cfg(false)",
        "cfg(any())",
        "cfg(not(all()))",
        'cfg(target_os = "unknown")',
        'cfg(target_feature = "atomics")',
        'cfg(target_os = "wa si")',
        "cfg(something)",
        # malformed
        "",
        "cfg()",
        "cfg(",
        "cfg)",
        "cfg(all(",
        "cfg(all())()",
        "cfg(true",
        "cfg(true true)",
        "cfg(all(true true))",
        "cfg(all(,))",
        "cfg(all(true,,true))",
        "cfg(not())",
        "cfg(not(true, true))",
        "cfg(some(true))",
        "cfg(= true)",
        "cfg(target_os = wasi)",
        'cfg(target_os "wasi")',
        'cfg("true")',
        "cfg(target_os = 'wasi')",
        'cfg(target_os = "wasi)',
        "cfg(tr-ue)",
        "true",
        TARGET,
    ],
)
def test_what_does_not_hold_or_is_no_expression(expression: str) -> None:
    assert not cfg_matches(expression, TARGET)


@pytest.mark.parametrize("triple", TRIPLES)
def test_names_and_values_are_those_of_rustc(triple: str) -> None:
    rustc = sysroot() / "bin" / "rustc"
    done = run(rustc, "--print", "cfg", "--target", triple, folder=sysroot(), home=sysroot())
    assert done.returncode == 0, done.stderr
    printed = [line for line in done.stdout.splitlines() if not line.startswith("target_feature")]
    assert len(printed) > 10
    assert [line for line in printed if not cfg_matches(f"cfg({line})", triple)] == []
    printed_names = {line.partition("=")[0]: line for line in printed if "=" in line}
    wrong = [f'{name} = "none such"' for name in printed_names]
    wrong += [name for name in ("unix", "windows") if name not in printed]
    assert [line for line in wrong if cfg_matches(f"cfg({line})", triple)] == []


def test_target_features_are_those_of_a_stable_rustc() -> None:
    """The set grows with the releases, so all that is asserted is what one of this year prints."""
    rustc = sysroot() / "bin" / "rustc"
    done = run(rustc, "--print", "cfg", "--target", TARGET, folder=sysroot(), home=sysroot())
    features = re.findall(r"^target_feature=.*$", done.stdout, re.MULTILINE)
    assert [line for line in features if not cfg_matches(f"cfg({line})", TARGET)] == []


@pytest.mark.parametrize(
    "expression",
    ["all(" * 20_000 + ")" * 20_000, " " * 200_000 + '"', "true" + " " * 200_000 + "x", "(" * 50_000],
)
def test_hostile_names_are_decided_at_once(expression: str) -> None:
    assert not cfg_matches(f"cfg({expression})", TARGET)


@given(st.text(alphabet='alnot(),="x_ ', max_size=40))
def test_no_text_raises(text: str) -> None:
    cfg_matches(f"cfg({text})", TARGET)


@pytest.mark.parametrize("triple", TRIPLES)
def test_unstable_features_are_those_of_a_nightly(triple: str) -> None:
    rustc, nightly = sysroot() / "bin" / "rustc", {"RUSTC_BOOTSTRAP": "1"}
    done = run(
        rustc, "--print", "cfg", "--target", triple, folder=sysroot(), home=sysroot(), variables=nightly
    )
    shown = 'target_feature="atomics"' in done.stdout.splitlines()
    assert cfg_matches('cfg(target_feature = "atomics")', triple, unstable=True) == shown
    assert not cfg_matches('cfg(target_feature = "atomics")', triple)
