"""Moving a project to another toolchain, and what stands in the way; `pin` and `upgrade` share it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.changes import Append, Change, FileEdit, Replace, Set, SetLine
from wasifix.documents.kinds import is_yaml
from wasifix.documents.yaml import scalar
from wasifix.model import Evidence
from wasifix.project import Project
from wasifix.project.bots import managing_bots
from wasifix.project.ci import toolchain_choice
from wasifix.project.file_names import has_machine_files
from wasifix.project.toolchain import CHANNEL, TARGETS, ToolchainFile
from wasifix.proposals import Declined
from wasifix.rust import Release
from wasifix.strategies.base import Hits
from wasifix.strategies.ci_toolchains import move_calls, yielding_choices
from wasifix.strategies.draft import Draft, hit_calls
from wasifix.tree import join

COMPONENTS = ("rustfmt", "clippy")
EDITION_NEEDS = {"2018": Release(1, 31), "2021": Release(1, 56), "2024": Release(1, 85)}
"""https://doc.rust-lang.org/edition-guide/editions/"""
RESOLVER_NEEDS = {"2": Release(1, 51), "3": Release(1, 84)}
"""https://doc.rust-lang.org/cargo/reference/resolver.html#resolver-versions"""
LOCK_NEEDS = {4: Release(1, 78)}
"""https://doc.rust-lang.org/cargo/CHANGELOG.html"""


def moved(project: Project, hits: Hits, release: Release) -> tuple[Draft, tuple[str, ...]]:
    """What makes the release the toolchain of the builds, locally and in workflows; and notes."""
    draft = Draft()
    notes = [note for note in (one_line_note(project), variable_note(project)) if note]
    calls = hit_calls(project, hits)
    choices = [toolchain_choice(project, call) for call in calls]
    files = {file.path: file for choice in choices for file in choice.files}
    if hits.local or not calls:
        files |= {file.path: file for file in project.toolchain_files}
    makes_file = False
    if not files and (hits.local or any(choice.known is None for choice in choices) or not calls):
        reasons = tuple(_against_a_file(project))
        makes_file = not reasons and not project.toolchain_files
        notes += [f"no rust-toolchain.toml is made: {reason}" for reason in reasons[:1]]
    if makes_file:
        contents = (Set(CHANNEL, str(release)), Set(("toolchain", "components"), COMPONENTS))
        path = join(project.workspace.folder, "rust-toolchain.toml")
        draft.change(path, *contents, *((Set(TARGETS, hits.targets),) if hits.targets else ()))
    for file in files.values():
        if changes := tuple(_of_file(file, release, hits.targets)):
            draft.change(file.path, *changes)
    move_calls(project, hits, release, makes_file, draft)
    return draft, (*notes, *dict.fromkeys(_bot_notes(project, draft.edits)))


def _against_a_file(project: Project) -> Iterator[str]:
    """Why a new toolchain file would be wrong."""
    for known in yielding_choices(project):
        yield f"it would win over what {known.evidence[0].place} chooses"
    if has_machine_files(project.sources, project.start):
        from wasifix.project.mise import VARIABLE, chosen_by_mise

        if (chosen := chosen_by_mise(project.sources, project.start).get(VARIABLE)) is not None:
            yield f"{chosen.evidence[0].place} chooses the toolchain"


def _bot_notes(project: Project, edits: tuple[FileEdit, ...]) -> Iterator[str]:
    """A note for each bot that would change the toolchain back, or on."""
    for edit in edits:
        for bot in managing_bots(project.sources, edit.path, _action(project, edit)):
            yield (
                f"{bot.name} ({bot.at.place}) manages {edit.path} and would undo this: "
                "tell it to leave the toolchain"
            )


def _action(project: Project, edit: FileEdit) -> str:
    """The reference of an action that the edit changes, as a workflow has it."""
    document = project.sources.yaml(edit.path) if is_yaml(edit.path) else None
    routes = (each.path for each in edit.changes if isinstance(each, Replace) and each.path[-1:] == ("uses",))
    found = (scalar(document.locate(route)) for route in routes if document is not None)
    return next((f"uses: {each}" for each in found), "")


def _of_file(file: ToolchainFile, release: Release, targets: tuple[str, ...]) -> Iterator[Change]:
    if file.document is None:
        if file.name != str(release):
            yield SetLine(str(release))
        return
    if file.name != str(release):
        yield Set(CHANNEL, str(release))
    missing = tuple(target for target in targets if target not in file.targets)
    if missing:
        listed = file.document.get(*TARGETS) is not None
        yield Append(TARGETS, missing) if listed else Set(TARGETS, missing)


def install_commands(release: Release, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The commands that install the release with the targets."""
    added = (f"rustup target add {target} --toolchain {release}" for target in targets)
    return (f"rustup toolchain install {release}", *added)


def one_line_note(project: Project) -> str | None:
    """A note for a file that is one line: it has no room for targets, nor for a comment."""
    for file in project.toolchain_files:
        if file.document is None:
            return (
                f"{file.path} is one line: it cannot list targets, so rustup does not install them itself, "
                "and it holds no comment, so `check` and `remove` cannot know that wasifix wrote it"
            )
    return None


def variable_note(project: Project) -> str | None:
    """A note for an environment variable that wins over every file."""
    if name := project.config.environment.get("RUSTUP_TOOLCHAIN"):
        return f"RUSTUP_TOOLCHAIN={name} is set in your environment and wins over the file: unset it"
    return None


def obstacle(project: Project, strategy: str, release: Release) -> Declined | None:
    """Why the project cannot move to the release, with the place; None where nothing is known against it."""
    return (
        own_toolchain(project, strategy)
        or needs_nightly(project, strategy)
        or next(_needs_newer(project, strategy, release), None)
    )


def own_toolchain(project: Project, strategy: str) -> Declined | None:
    """Declined where the project brings its own toolchain."""
    toolchain = project.toolchain.value
    for file in project.toolchain_files:
        custom = file.name is not None and toolchain is not None and toolchain.is_custom
        if file.is_path or custom:
            what = "a toolchain in a folder" if file.is_path else f"the custom toolchain `{file.name}`"
            return Declined(
                strategy=strategy,
                reason=f"the project uses {what}, which wasifix does not replace",
                at=file.evidence,
                instead="--strategy max-memory keeps the toolchain",
            )
    return None


def needs_nightly(project: Project, strategy: str) -> Declined | None:
    """Declined where the project uses what only a nightly knows."""
    signs = (
        _listed_features(project),
        _unstable_table(project),
        _unstable_flags(project),
    )
    for at in (sign for sign in signs if sign is not None):
        return Declined(
            strategy=strategy,
            reason="the project needs a nightly toolchain",
            at=replace(at, note="works on nightly only"),
            instead="choose another nightly by hand, or --strategy max-memory",
        )
    return None


def _listed_features(project: Project) -> Evidence | None:
    for package in (project.workspace.root, *project.workspace.packages):
        if package.document.get("cargo-features"):
            return package.document.evidence(("cargo-features",))
    return None


def _unstable_table(project: Project) -> Evidence | None:
    setting = project.config.winner("unstable")
    return setting.evidence if setting and setting.value else None


def _unstable_flags(project: Project) -> Evidence | None:
    for triple in dict.fromkeys(triple for triple, _, _ in project.target_uses):
        for flag in project.config.rustflags(triple):
            if flag.text.startswith("-Z"):
                return flag.evidence
    return None


def _needs_newer(project: Project, strategy: str, release: Release) -> Iterator[Declined]:
    """Packages, editions, resolvers and lock files that the release does not know."""
    for what, needed, at in _needs(project):
        if needed > release:
            yield Declined(
                strategy=strategy,
                reason=f"{what} needs Rust {needed}, which is newer than {release}",
                at=at,
                instead="--strategy max-memory, which keeps the toolchain",
            )


def _needs(project: Project) -> Iterator[tuple[str, Release, Evidence]]:
    workspace = project.workspace
    for package in workspace.packages:
        declared = workspace.rust_version(package)
        if declared.value is not None:
            try:
                yield package.name, Release.parse(declared.value), declared.evidence[0]
            except ValueError:
                continue  # Cargo says more about a malformed rust-version
        edition = package.document.get("package", "edition")
        path, document = ("package", "edition"), package.document
        if isinstance(edition, dict):
            document = project.root
            edition = document.get("workspace", "package", "edition")
            yield from _known(
                EDITION_NEEDS, edition, "edition", document.evidence(("workspace", "package", "edition"))
            )
        else:
            yield from _known(EDITION_NEEDS, edition, "edition", document.evidence(path))
    for resolver_path in (("workspace", "resolver"), ("package", "resolver")):
        resolver = project.root.get(*resolver_path)
        yield from _known(RESOLVER_NEEDS, resolver, "resolver", project.root.evidence(resolver_path))
    lock = project.sources.toml(join(workspace.folder, "Cargo.lock"))
    if lock is not None:
        yield from _known(LOCK_NEEDS, lock.get("version"), "Cargo.lock version", lock.evidence(("version",)))


def _known(
    needs: dict[str, Release] | dict[int, Release], value: object, what: str, at: Evidence
) -> Iterator[tuple[str, Release, Evidence]]:
    for known, release in needs.items():
        if known == value:
            yield f"{what} {value}", release, at
