"""What commands do to the shell that runs them: folder, variables, and those of later steps."""

from __future__ import annotations

import re

from msgspec.structs import replace

from wasifix.documents.shell_words import UNKNOWN
from wasifix.errors import OutsideProject
from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.setup_steps import Leg
from wasifix.tree import join


def assign(reading: Reading) -> None:
    """`A=1`, `export A`, `unset A`."""
    leg, command = reading.leg, reading.command
    for name, known in reading.assigned().items():
        before = leg.environment.get(name)
        is_inherited = command.exports or before is not None
        # what only a branch has exported, only then the commands inherit
        in_doubt = before is not None and before.is_conditional and not command.exports
        value = replace(known, is_conditional=True) if in_doubt else known
        (leg.environment if is_inherited else leg.shell)[name] = value
        if is_inherited:
            leg.shell.pop(name, None)
    for name in command.named if command.exports else ():
        if name in leg.shell:
            leg.environment[name] = leg.shell.pop(name)
    for name in command.removed:
        leg.environment.pop(name, None)
        leg.shell.pop(name, None)


def move(reading: Reading, name: str) -> None:
    """`cd`, `cd -`, `pushd` and `popd`."""
    leg, words = reading.leg, [word for word in reading.words[1:] if word not in ("-P", "-L", "--")]
    if name == "pushd":
        leg.stack.append(leg.folder)
    if name == "popd" or words == ["-"]:
        back = leg.stack.pop() if name == "popd" and leg.stack else leg.earlier
        if back is None:
            leg.doubts.append("the folder it runs in cannot be known")
        leg.folder, leg.earlier = leg.folder if back is None else back, leg.folder
    else:
        earlier = leg.folder
        enter(leg, words[0] if words else None)
        leg.earlier = earlier


def enter(leg: Leg, folder: str | None) -> None:
    """The leg goes to a folder, seen from the one where it is."""
    if folder is not None and folder.startswith("~"):
        leg.doubts.append(f"runs in {folder}, which is not in the project")
        return
    try:
        leg.folder = join(leg.folder, folder) if folder is not None and "$" not in folder else leg.folder
    except OutsideProject:
        leg.doubts.append(f"runs in {folder}, which is not in the project")
    if folder is None:
        leg.doubts.append("the folder it runs in cannot be known")


def hand_on(reading: Reading) -> None:
    """`echo "NAME=value" >> $GITHUB_ENV` sets a variable for the steps that follow."""
    leg, command, script = reading.leg, reading.command, reading.script
    for line in command.document.splitlines():
        name, equals, value = line.partition("=")
        if equals and name.isidentifier():
            text = None if UNKNOWN in value or "$" in value else value
            leg.later[name] = Known(text, (script.evidence(command.start),))
    for word in command.parts[1:]:
        name, equals, value = (word.text or "").partition("=")
        if equals and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            known = script.known(word.after(len(name) + 1), reading.variables)
            text = None if UNKNOWN in value else value
            leg.later[name] = replace(known, text=text)
