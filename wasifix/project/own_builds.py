"""What people run by hand: scripts, recipes and targets that no workflow calls; mise and dev containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from wasifix.documents.yaml import child, entries
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence
from wasifix.project.dev_containers import dev_container_files, dev_container_toolchain
from wasifix.project.expressions import Known
from wasifix.project.file_names import JUSTFILES, MAKEFILES, MISE, PACKAGE
from wasifix.project.leads import Lead
from wasifix.project.mise import VARIABLE, chosen_by_mise, task_leads
from wasifix.project.script import plain_script
from wasifix.project.scripts import CargoCall, followed
from wasifix.project.setup_steps import Leg
from wasifix.project.sources import Sources
from wasifix.project.targets import Use
from wasifix.project.toolchain import governing_files
from wasifix.tree import parent


def own_calls(
    sources: Sources, files: Iterable[str], called: frozenset[str], environment: Mapping[str, Known]
) -> Iterator[CargoCall]:
    """The Cargo commands of each script, recipe and target that nothing else leads to.

    `called` are those that workflows lead to. Raises UnreadableInput.
    """
    found: dict[str, list[CargoCall]] = {}
    for path in files:
        for lead in _leads(sources, path, environment):
            if lead.key not in called:
                leg = Leg(scope={}, environment=dict(environment), sources=sources)
                name = lead.key.partition("#")[2]
                calls = (replace(call, job=name) for call in followed(lead, leg, leg.environment))
                found.setdefault(lead.key, []).extend(calls)
    inner = {key for made in found.values() for call in made for key in call.trail[1:]}
    for key, made in found.items():
        if key not in inner:
            yield from made


def _leads(sources: Sources, path: str, environment: Mapping[str, Known]) -> Iterator[Lead]:
    name, folder = path.rpartition("/")[2], parent(path)
    text = sources.text(path) or ""
    if name == PACKAGE:
        from wasifix.project.package_scripts import script_leads

        document = sources.json(path)
        for script, _ in entries(child(document.root, "scripts")) if document else ():
            yield from (
                each for each in script_leads(sources, path, script) if each.key.endswith(f"#{script}")
            )
    elif name in MAKEFILES:
        from wasifix.project.make_recipes import target_leads
        from wasifix.project.makefile import parse_makefile

        made = parse_makefile(path, text)
        for target in made.rules:
            leads = target_leads(made, [target], folder, {}, environment)
            yield from (each for each in leads if each.key == f"{path}#{target}")
    elif name in JUSTFILES:
        from wasifix.project.just_recipes import recipe_leads
        from wasifix.project.justfile import parse_justfile

        just = parse_justfile(path, text)
        for recipe in just.recipes:
            leads = recipe_leads(just, [Known(recipe)], folder, {}, environment)
            yield from (each for each in leads if each.key == f"{path}#{recipe}")
    elif path in MISE:
        yield from task_leads(sources, path)
    elif "dockerfile" in name.lower():
        from wasifix.project.dockerfile import dockerfile_leads

        yield from dockerfile_leads(path, text, "")
    elif name.endswith((".sh", ".bash")):
        yield Lead(key=path, scripts=(plain_script(path, text),), folder="")


def machine_calls(
    sources: Sources, start: str, uses: Iterable[Use], environment: Mapping[str, Known]
) -> Iterator[CargoCall]:
    """The local builds of those who use mise, or the dev container, where that changes the toolchain.

    Raises UnreadableInput.
    """
    triples = {triple: evidence for triple, _, evidence in reversed(tuple(uses))}
    files = governing_files(sources, start)
    chosen = chosen_by_mise(sources, start)
    differs = VARIABLE in chosen and (not files or files[0].name != chosen[VARIABLE].text)
    if differs and VARIABLE not in environment:
        doubt = "only where mise or asdf is in use"
        variables = {**environment, **chosen}
        yield from (_call(start, each, variables, None, doubt) for each in triples.items())
    for path in () if files else dev_container_files(sources):
        try:
            document = sources.json(path)
        except UnreadableInput:
            continue
        default = dev_container_toolchain(document) if document else None
        if document is not None and default is not None:
            doubt = "" if "wasm32" in document.text else "only where somebody builds in the dev container"
            yield from (_call(start, each, environment, default, doubt) for each in triples.items())


def _call(
    folder: str,
    use: tuple[str, Evidence],
    environment: Mapping[str, Known],
    default: Known | None,
    doubt: str,
) -> CargoCall:
    triple, evidence = use
    known = default or environment[VARIABLE]
    return CargoCall(
        path=known.evidence[0].path,
        job="local build",
        folder=folder,
        at=evidence,
        start=None,
        program=None,
        subcommand="build",
        target=Known(triple, (evidence,)),
        profile=Known(""),
        profile_option="",
        plus=None,
        default=default,
        override=None,
        mentions=(),
        environment=environment,
        configs=(),
        doubts=(doubt,) if doubt else (),
        wasmtime=None,
    )
