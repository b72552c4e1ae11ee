"""What the README shows is what comes out."""

from __future__ import annotations

import re
import shlex

import pytest
from running import ROOT, run

README = (ROOT / "README.md").read_text("utf-8")
SHOWN = [block.split("\n", 1) for block in re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL)]


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_shown_command_prints_what_is_shown(command: str, output: str) -> None:
    name, *arguments = shlex.split(command)
    assert name == "wasifix"
    assert run(*arguments, folder=ROOT).stdout.decode().startswith(output)


def test_every_option_is_named_and_every_named_option_exists() -> None:
    real: set[str] = set()
    looking = ("check", "explain", "inspect", "doctor", "report")
    for command in (*looking, "apply", "remove", "run", "verify", "regression-test"):
        assert f"`{command} " in README
        shown = run(command, "--help", folder=ROOT).stdout.decode()
        real |= set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", shown, re.MULTILINE)) - {"--help"}
    named = set(re.findall(r"`(--[a-z-]+)", README)) - {"--editable"}
    foreign = {"--max-memory", "--install-completion"}
    assert real <= named | foreign
    assert named <= real | foreign


def test_every_strategy_is_in_the_table() -> None:
    from wasifix.strategies import STRATEGIES

    assert re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE) == [each.name for each in STRATEGIES]
