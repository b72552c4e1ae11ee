"""A command that builds: what its words say of target, profile and configuration, with what the leg holds."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.changes import Origin
from wasifix.documents.shell_words import UNKNOWN
from wasifix.project.cargo_call import CargoCall
from wasifix.project.cargo_commands import OWN_TARGETS, building
from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.setup_steps import ANYWHERE
from wasifix.tree import upward

_NO_PROFILE = (Known(""), "")


class CargoReading(Reading):
    """A command that may build."""

    def cargo_call(self, first: int, plus: Known | None) -> Iterator[CargoCall]:
        """The build that the words from `cargo` on, the word at `first`, ask for; nothing if they do not."""
        start = first + (2 if plus and first == 0 else 1)
        subcommand = building(self.words[start:])
        if subcommand is None:
            return
        configs, doubts = self._configs(start)
        program = self.command.parts[first]
        yield self._call(
            subcommand,
            self._target(start),
            (*doubts, *self._conditional_words()),
            program=self.script.origin(program.start, program.end),
            profile=self._profile(subcommand),
            plus=plus,
            configs=configs,
        )

    def opaque_call(self, target: Known) -> CargoCall:
        """A build by a program that cannot be read, for a target that it is told."""
        words = " ".join(self.script.text[self.command.start : self.command.end].split())
        return self._call("build", target, (f"what `{words}` runs cannot be known",))

    def _call(
        self,
        subcommand: str,
        target: Known,
        doubts: tuple[str, ...],
        *,
        program: Origin | None = None,
        profile: tuple[Known, str] = _NO_PROFILE,
        plus: Known | None = None,
        configs: tuple[str, ...] = (),
    ) -> CargoCall:
        leg, begin = self.leg, self.command.start
        places = (ANYWHERE, *upward(leg.folder))
        overridden = next((each for each in places if each in leg.overrides), "")
        return CargoCall(
            path=self.script.path,
            folder=leg.folder,
            at=self.script.evidence(begin),
            start=self.script.origin(begin, begin),
            program=program,
            subcommand=subcommand,
            target=target,
            profile=profile[0],
            profile_option=profile[1],
            plus=plus,
            default=leg.default,
            override=leg.overrides.get(overridden),
            override_folder=leg.folder if overridden == ANYWHERE else overridden,
            mentions=tuple(leg.mentions),
            environment=self.environment(),
            configs=configs,
            doubts=(*leg.doubts, *doubts),
            wasmtime=leg.wasmtime,
            shell=self.script.shell,
            trail=leg.trail,
        )

    def _conditional_words(self) -> Iterator[str]:
        """Variables among the words whose value depends on a condition: it may hold other options."""
        names = {piece.variable for part in self.command.parts for piece in part.pieces if piece.variable}
        for name in sorted(names):
            known = self.leg.shell.get(name) or self.leg.environment.get(name)
            if known is not None and known.is_conditional:
                yield f"${name} depends on a condition"

    def _target(self, start: int) -> Known:
        if (named := self.option("--target")) is not None:
            return self.of(*named)
        own = next((OWN_TARGETS[word] for word in self.words[start:] if word in OWN_TARGETS), None)
        return Known(own, (self.script.evidence(self.command.start),)) if own else Known(None)

    def _profile(self, subcommand: str) -> tuple[Known, str]:
        """nextest has profiles of its own, and takes Cargo's as `--cargo-profile`."""
        found = [(index, word) for index, word in enumerate(self.own_words()) if word in ("--release", "-r")]
        for index, word in found[:1]:
            known = replace(self.of(index), text="release")
            # Cargo refuses an option that is there twice, and changing one of them would not help
            return known if len(found) == 1 else replace(known, origin=None), str(word)
        option = "--cargo-profile" if subcommand == "nextest" else "--profile"
        named = self.option(option)
        return (self.of(*named), option) if named else (Known(""), "")

    def _configs(self, start: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        words = tuple(word if word is not None else UNKNOWN for word in self.own_words()[start:])
        values = [words[index + 1] for index, word in enumerate(words[:-1]) if word == "--config"]
        values += [word.removeprefix("--config=") for word in words if word.startswith("--config=")]
        doubts = ("a --config value cannot be known",) if any(UNKNOWN in each for each in values) else ()
        return tuple(value for value in values if UNKNOWN not in value), doubts
