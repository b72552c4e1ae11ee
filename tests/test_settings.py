"""Settings: what they may be, where they count, which of them wins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from running import ROOT, repository, run

from wasifix.engine import check, plan
from wasifix.errors import InvalidSetting
from wasifix.model import Effect, Level, Report, Settings
from wasifix.proposals import Declined
from wasifix.rust import Release
from wasifix.settings import Given, file_settings
from wasifix.strategies import Options
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\n'
TABLE = "[package.metadata.wasifix]\n"


def tree(manifest: str, **more: str) -> MemoryTree:
    files = {
        "Cargo.toml": manifest,
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
        ".cargo/config.toml": '[target.wasm32-wasip1-threads]\nrunner = "wasmtime run -S threads --"\n',
        **more,
    }
    return MemoryTree({path: text.encode() for path, text in files.items()})


def found(report: Report, name: str = "memory-cannot-grow") -> Level:
    return next(each.level for each in report.findings if each.id == name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ('strategy = "pin"', ("pin",)),
        ('strategy = ["pin", "profile", "pin"]', ("pin", "profile")),
        ('strategy = "auto"', ("auto",)),
        ('rust = "1.90.0"', Release(1, 90)),
        ("max-memory = 65536", 65536),
        ('max-memory = "1GiB"', 2**30),
        ('accept = ["removes-cause"]', (Effect.REMOVES_CAUSE,)),
        ("ignore = []", ()),
    ],
)
def test_a_value_is_read_with_its_place(text: str, expected: object) -> None:
    settings = file_settings("wasifix.toml", f"\n{text}".encode())
    facts = [getattr(settings, name) for name in Settings.__struct_fields__]
    values = [(fact.value, fact.evidence[0].place) for fact in facts if fact.value is not None]
    key = text.partition(" =")[0]
    assert values == ([(expected, f"wasifix.toml:2:{len(key) + 4}")] if text else [])


@pytest.mark.parametrize(
    ("text", "place", "message", "advice"),
    [
        ('stratgy = "pin"', "2:11", "no such setting: `stratgy`", "did you mean `strategy`?"),
        ("x = 1", "2:5", "no such setting: `x`", "the settings are: strategy, rust,"),
        ('strategy = "pinn"', "2:12", "`pinn` is none of the strategies", "did you mean `pin`?"),
        ('strategy = ["pin", "up"]', "2:20", "`up` is none of the strategies", "the strategies are: auto"),
        ("strategy = 1", "2:12", "`strategy` is not a list of names", ""),
        ("strategy = []", "2:12", "`strategy` is not a list of names", ""),
        ("rust = 1.90", "2:8", "not a full release number", 'write all three numbers: "1.90.0"'),
        ('rust = "1.90"', "2:8", "not a full release number", ""),
        ('rust = "a.b.c"', "2:8", "not a full release number", ""),
        ("max-memory = true", "2:14", "not a size of memory: give bytes", "for example"),
        ("max-memory = 1", "2:14", "not a size of memory: must be a multiple of 65536", ""),
        ('max-memory = "1GB"', "2:14", "not a size of memory: give bytes", ""),
        ('accept = "unproven"', "2:10", "`accept` is not a list of names", ""),
        ('accept = ["unprooven"]', "2:11", "`unprooven` is none of the effects", "did you mean `unproven`?"),
        ('ignore = ["fd-leak"]', "2:10", "not a list of tables", 'write [{ id = "memory-cannot-grow"'),
        ('ignore = [{ id = "fd-leak" }]', "2:11", "`reason` is missing", "say what is ignored and why"),
        ('ignore = [{ reason = "x" }]', "2:11", "`id` is missing", ""),
        ('ignore = [{ id = "fd-leak", reason = " " }]', "2:38", "`reason` is empty or no text", ""),
        ('ignore = [{ id = "fd-leek", reason = "x" }]', "2:18", "nothing has the id", "`fd-leak`?"),
        ('ignore = [{ id = "fd-leak", why = "x" }]', "2:35", "no such key: `why`", "the keys of an ignore"),
    ],
)
def test_a_wrong_setting_is_an_error_with_its_place(text: str, place: str, message: str, advice: str) -> None:
    with pytest.raises(InvalidSetting) as raised:
        file_settings("w.toml", f"\n{text}".encode())
    assert str(raised.value).startswith(f"w.toml:{place}: {message}")
    assert advice in raised.value.advice
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (f"{PACKAGE}[package.metadata]\nwasifix = 1\n", "Cargo.toml:5:11: settings are a table"),
        (
            f"{PACKAGE}[workspace.metadata.wasifix]\n{TABLE}",
            "Cargo.toml:5:19: a second table of settings",
        ),
        (f"{PACKAGE}{TABLE}rsut = '1.90.0'\n", "Cargo.toml:5:8: no such setting: `rsut`"),
    ],
)
def test_a_wrong_manifest_is_an_error(manifest: str, message: str) -> None:
    with pytest.raises(InvalidSetting) as raised:
        check(tree(manifest))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "manifest",
    [
        PACKAGE,
        f"{PACKAGE}{TABLE}",
        f"{PACKAGE}[package.metadata.other]\nstrategy = 1\n",
        f"{PACKAGE}[package.metadata.docs.rs]\nall-features = true\n",
    ],
)
def test_a_manifest_may_hold_no_settings_and_those_of_others(manifest: str) -> None:
    assert check(tree(manifest)).settings == Settings()


def test_settings_in_a_member_are_refused_because_nobody_would_see_them() -> None:
    files = tree('[workspace]\nmembers = ["m"]\n', **{"m/Cargo.toml": f"{PACKAGE}{TABLE}"})
    with pytest.raises(
        InvalidSetting, match=r"^m/Cargo\.toml:4:19: settings count in the workspace root only"
    ):
        check(files)
    assert check(files, given=Given(manifest=False)).settings == Settings()


def test_settings_of_the_workspace_count_in_a_member() -> None:
    table = '[workspace.metadata.wasifix]\nrust = "1.90.0"\n'
    files = tree(f'[workspace]\nmembers = ["m"]\n{table}', **{"m/Cargo.toml": PACKAGE})
    assert check(files, "m").settings.rust.value == Release(1, 90)


def test_the_first_that_sets_a_key_wins_and_others_stay() -> None:
    manifest = f'{PACKAGE}{TABLE}strategy = "pin"\nrust = "1.89.0"\naccept = ["unproven"]\n'
    file = file_settings("w.toml", b'strategy = "upgrade"\nrust = "1.90.0"\n')
    option = file_settings("o.toml", b'strategy = "profile"\n')
    settings = check(tree(manifest), given=Given(layers=(option, file))).settings
    assert settings.strategy.value == ("profile",)
    assert settings.rust.value == Release(1, 90)
    assert settings.accept.value == (Effect.UNPROVEN,)


def test_a_strategy_and_a_release_of_the_settings_are_used() -> None:
    manifest = f'{PACKAGE}{TABLE}strategy = "pin"\nrust = "1.89.0"\n'
    [change] = plan(tree(manifest)).changes
    assert b'channel = "1.89.0"' in (change.new or b"")


def test_arguments_win_over_settings() -> None:
    manifest = f'{PACKAGE}{TABLE}strategy = "pin"\nrust = "1.89.0"\nmax-memory = "64MiB"\n'
    [change] = plan(tree(manifest), options=Options(rust=Release(1, 88))).changes
    assert b'channel = "1.88.0"' in (change.new or b"")
    [change] = plan(tree(manifest), strategies=("max-memory",)).changes
    assert b"--max-memory=67108864" in (change.new or b"")


def test_a_strategy_of_another_effect_is_declined() -> None:
    manifest = f'{PACKAGE}{TABLE}accept = ["removes-cause"]\n'
    [outcome] = plan(tree(manifest), strategies=("pin",)).outcomes
    assert isinstance(outcome, Declined)
    assert outcome.reason == "its effect is `unproven`, and the settings accept only removes-cause"
    assert outcome.at is not None
    assert outcome.at.place == "Cargo.toml:5:10"
    assert plan(tree(manifest), strategies=("upgrade",)).changes
    assert plan(tree(manifest), strategies=("pin",), options=Options(force=True)).changes


def test_auto_takes_only_what_is_accepted() -> None:
    manifest = f'{PACKAGE}{TABLE}accept = ["avoids-target"]\n'
    proposal = plan(tree(manifest))
    assert [each.strategy for each in proposal.plans] == ["target"]
    assert [each.strategy for each in proposal.passed_over] == ["upgrade", "max-memory"]


def test_a_workaround_that_is_not_accepted_covers_nothing() -> None:
    changed = {each.path: each.new for each in plan(tree(PACKAGE), strategies=("pin",)).changes}
    pinned = MemoryTree(changed, tree(PACKAGE))
    strict = MemoryTree(changed, tree(f'{PACKAGE}{TABLE}accept = ["removes-cause"]\n'))
    lax = MemoryTree(changed, tree(f'{PACKAGE}{TABLE}accept = ["unproven"]\n'))
    assert [found(check(each)) for each in (pinned, strict, lax)] == [Level.NOTE, Level.ERROR, Level.NOTE]
    notes = [each.note for finding in check(strict).findings for each in finding.evidence]
    assert "workaround `pin`, unproven, which is not accepted here" in notes


def test_a_file_outside_the_project_is_named_as_the_user_does(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for path, data in tree(PACKAGE).contents.items():
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_bytes(data or b"")
    repository(project)
    (tmp_path / "team.toml").write_text('ignore = [{ id = "memory-cannot-grow", reason = "known" }]\n')
    result = run("check", "--config", "../team.toml", folder=project)
    assert result.exit_code == 0
    assert b"../team.toml:1:11: ignore = [{ id =" in result.stdout
    (tmp_path / "team.toml").write_text("x = 1\n")
    result = run("check", "--config", "../team.toml", folder=project)
    assert result.exit_code == 2
    assert result.stderr.startswith(b"error: ../team.toml:1:5: no such setting: `x`\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--config", "nothing.toml"), b"error: nothing.toml: cannot be read (No such file or directory)"),
        (("--config", "."), b"error: .: cannot be read (Is a directory)"),
        (("--config", "Cargo.toml", "--no-config"), b"error: --config and --no-config do not go together"),
        (("--config", "Cargo.toml"), b"error: Cargo.toml:1:2: no such setting: `package`"),
    ],
)
def test_a_config_that_cannot_be_used_is_an_error(
    tmp_path: Path, arguments: tuple[str, ...], message: bytes
) -> None:
    (tmp_path / "Cargo.toml").write_text(PACKAGE)
    for command in ("check", "apply"):
        result = run(command, *arguments, folder=tmp_path)
        assert (result.exit_code, result.stdout) == (2, b"")
        assert result.stderr.startswith(message)


def test_what_the_readme_shows_is_valid() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [table, channel] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    report = check(tree(f"{PACKAGE}{table}", **{"rust-toolchain.toml": f"[toolchain]\n{channel}"}))
    assert all(getattr(report.settings, name).value is not None for name in Settings.__struct_fields__)
    assert found(report) is Level.NOTE
