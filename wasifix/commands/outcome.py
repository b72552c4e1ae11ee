"""What `apply` and `remove` answer once a proposal is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wasifix.commands.options import PatchFormat
from wasifix.commands.printing import rendered
from wasifix.commands.several import Answer
from wasifix.proposals import Plan, Proposal

if TYPE_CHECKING:
    from wasifix.commands.saving import Saving
    from wasifix.gitrepo.tree import GitTree
    from wasifix.place import Place
    from wasifix.tree import DiskTree


def concluded(
    proposal: Proposal,
    where: Place,
    tree: DiskTree | GitTree,
    saving: Saving,
    output_format: PatchFormat,
    talk: Callable[[Proposal, bool], str],
    ours: list[Path],
) -> Answer:
    """Saves the change if asked to; `talk` says what was or would be done.

    `ours` are files that this run has written before; it grows by those written now.
    """
    from wasifix.commands.saving import save
    from wasifix.render.outcome import change_in_short
    from wasifix.render.terminal import clean, wrapped

    saved = save(proposal, tree, where.tree.root, saving, ours)
    if saved.written and not saving.branch:
        ours += [where.tree.root / where.tree.real(change.path) for change in proposal.changes]
    notes = (line for note in saved.notes for line in wrapped(clean(note), ""))
    told = _without_commands(proposal) if saved.refusal else proposal
    said = talk(told, saved.written) + "".join(f"{line}\n" for line in notes)
    words = change_in_short(proposal, saved.written)
    if saved.refusal:
        words = f"refused: {', '.join(saved.refusal.details) or saved.refusal}"
    return Answer(
        product=_product(proposal, saved.patch, where, output_format, saved.written),
        talk=said,
        words=words,
        exit_code=saved.refusal.exit_code if saved.refusal else int(bool(proposal.declined)),
        refusal=saved.refusal,
    )


def _without_commands(proposal: Proposal) -> Proposal:
    """Without those that come next: first comes what the refusal asks for."""
    plans = (replace(each, follow_up=()) if isinstance(each, Plan) else each for each in proposal.outcomes)
    return replace(proposal, outcomes=tuple(plans))


def _product(
    proposal: Proposal, patch: bytes, where: Place, output_format: PatchFormat, written: bool
) -> bytes:
    if output_format is PatchFormat.PATCH:
        return patch
    text = patch.decode("utf-8", "surrogateescape")
    return rendered(proposal, where, written, output_format, text).encode("utf-8", "surrogateescape")
