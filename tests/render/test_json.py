"""The JSON reports have the form that their schemas describe.

WASIFIX_UPDATE_CASES=1 writes the schemas of the present forms; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from typing import Any, Literal, TypedDict

import jsonschema
import pytest
from msgspec.structs import replace
from running import EXAMPLE_NAMES, ROOT, run

from wasifix.inspection import Verdict
from wasifix.render.json_form import ApplyForm, CheckForm, SeveralForm
from wasifix.render.json_schema import FORMS, schema_of, schema_text
from wasifix.render.machine_form import DoctorForm, InspectForm, VerdictsForm, VerifyForm
from wasifix.render.verification_json import render_verification
from wasifix.verification import Row, Verification
from wasifix.verification import Verdict as Proof

CASES = sorted((ROOT / "tests" / "cases").glob("*json*/stdout"))


@pytest.mark.parametrize(("name", "form"), FORMS, ids=[name for name, _ in FORMS])
def test_the_shipped_schema_is_that_of_the_form(name: str, form: Any) -> None:
    if os.environ.get("WASIFIX_UPDATE_CASES") == "1":
        (ROOT / "wasifix" / "data" / f"{name}.schema.json").write_text(schema_text(form), "utf-8")
    shipped = files("wasifix").joinpath(f"data/{name}.schema.json").read_text("utf-8")
    assert shipped == schema_text(form)
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped))


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_check_has_the_form_and_nothing_else(name: str) -> None:
    printed = json.loads(run("check", f"examples/{name}", "--format", "json", folder=ROOT).stdout)
    jsonschema.validate(printed, schema_of(CheckForm, closed=True))


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
@pytest.mark.parametrize("strategy", ["auto", "pin", "max-memory"])
def test_an_apply_has_the_form_and_nothing_else(name: str, strategy: str) -> None:
    arguments = ("apply", f"examples/{name}", "--strategy", strategy, "--dry-run", "--format", "json")
    printed = json.loads(run(*arguments, folder=ROOT).stdout)
    jsonschema.validate(printed, schema_of(ApplyForm, closed=True))


@pytest.mark.parametrize("command", ["check", "apply", "remove"])
def test_several_have_the_form_and_nothing_else(command: str) -> None:
    words = (command, "examples/article", "examples/no-such-project", "--format", "json")
    dry = ("--dry-run",) if command != "check" else ()
    printed = json.loads(run(*words, *dry, folder=ROOT).stdout)
    assert [each["report"] is None for each in printed["projects"]] == [False, True]
    jsonschema.validate(printed, schema_of(SeveralForm, closed=True))


@pytest.mark.parametrize("place", ["examples/article", "examples"])
def test_a_diagnosis_has_the_form_and_nothing_else(place: str) -> None:
    printed = json.loads(run("doctor", place, "--format", "json", folder=ROOT).stdout)
    jsonschema.validate(printed, schema_of(DoctorForm, closed=True))


def test_a_verification_has_the_form_and_nothing_else() -> None:
    tried = Row(
        trial="as it is",
        strategy="",
        target="wasm32-wasip1-threads",
        command="cargo test",
        verdict=Proof.HIT,
        built=True,
        memory="17/17",
        runs="crash (memory allocation of 7200 bytes failed)",
    )
    declined = replace(tried, trial="pin", strategy="pin", verdict=Proof.DECLINED, built=None, memory="")
    unlimited = replace(tried, verdict=Proof.WORKS, memory="17/none")
    found = Verification(
        target="wasm32-wasip1-threads",
        commands=("test",),
        compiler="1.91.0",
        runner="wasmtime",
        rows=(tried, declined, unlimited),
    )
    printed = json.loads(render_verification(found))
    jsonschema.validate(printed, schema_of(VerifyForm, closed=True))
    assert [each["memory"] for each in printed["rows"]] == [
        {"minimum": 17, "maximum": 17},
        None,
        {"minimum": 17, "maximum": None},
    ]


INSPECTED = [each for each in CASES if each.parent.name.startswith("inspect_")]


@pytest.mark.parametrize("case", INSPECTED, ids=[case.parent.name for case in INSPECTED])
def test_an_inspection_has_the_form_and_nothing_else(case: Any) -> None:
    jsonschema.validate(json.loads(case.read_bytes()), schema_of(InspectForm, closed=True))


def test_every_verdict_is_counted() -> None:
    assert set(VerdictsForm.__annotations__) == {str(each) for each in Verdict}


@pytest.mark.parametrize("case", CASES, ids=[case.parent.name for case in CASES])
def test_what_cases_expect_fits_the_shipped_schema(case: Any) -> None:
    printed = json.loads(case.read_bytes())
    name = printed["schema"].removeprefix("wasifix/").replace("/", "-")
    shipped = files("wasifix").joinpath(f"data/{name}.schema.json").read_text("utf-8")
    jsonschema.validate(printed, json.loads(shipped))


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": "wasifix/check/2"},
        {"project": None},
        {"findings": [{}]},
        {"summary": {"errors": "1"}},
        {"more": 1},
    ],
    ids=str,
)
def test_the_schema_refuses_another_form(broken: dict[str, Any]) -> None:
    printed = json.loads(run("check", "examples/article", "--format", "json", folder=ROOT).stdout)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**printed, **broken}, schema_of(CheckForm, closed=True))


def test_what_has_no_json_is_refused() -> None:
    class Odd(TypedDict):
        name: Literal["a"]
        odd: complex

    with pytest.raises(TypeError, match="complex"):
        schema_of(Odd)


def test_json_holds_nothing_that_a_workflow_would_obey() -> None:
    from wasifix.render.terminal import unmistakable

    text = json.dumps({"a": "##[error]x ::error::y"})
    assert "##[" not in unmistakable(text)
    assert json.loads(unmistakable(text)) == json.loads(text)
