"""Random shell commands around Cargo, and what a shell does with folders and variables on the way.

The state is followed so that no command fails: a folder is there, a variable is set where it is used.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

RELEASED = ("stable", "nightly", "1.90.0", "1.91.0")
CUSTOM = ("esp", "ours")
TOOLCHAINS = (*RELEASED, *CUSTOM)
FOLDERS = ("", "a", "a/b", "c")
TARGETS = ("wasm32-wasip1-threads", "wasm32-wasip1-threads", "wasm32-wasip1", "wasm32-unknown-unknown")
OUTSIDE = "MODE"
"""A variable that only the machine sets, to `full`: no file tells it."""
FLAGS = ("-C opt-level=1", "-C link-arg=--max-memory=1073741824", "--cfg=one", "-D warnings")
PROFILES = ("", "", "--release", "-r", "--profile wasmtime-test", "--profile=release", "--profile dev")
CONFIGS = (
    'build.rustflags=["--cfg=given"]',
    "target.wasm32-wasip1-threads.runner='given run'",
    "profile.release.opt-level=1",
    "more.toml",
)


@dataclass(kw_only=True)
class State:
    """Where the shell is, where it was, the folders that it goes back to, and the variables it has."""

    folder: str = ""
    earlier: str | None = None
    stack: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    """Names of functions, with the folder in which each may be called."""

    def enter(self, folder: str) -> None:
        self.folder, self.earlier = folder, self.folder


class Commands:
    """Makes statements, each a text of one or more lines; every Cargo command has a number of its own."""

    def __init__(self, rng: Random, *, bash: bool, one_line: bool) -> None:
        self.rng, self.bash, self.one_line = rng, bash, one_line
        self.state = State()
        self.numbers = itertools.count(1)
        self.names = itertools.count(1)
        self.asks_machine = False
        """Whether something depends on what no file tells."""

    def script(self, count: int, depth: int = 0) -> list[str]:
        """So many statements, one after the other."""
        return [self.statement(depth) for _ in range(count)]

    def statement(self, depth: int) -> str:
        rng = self.rng
        simple: list[tuple[int, Callable[[], str]]] = [
            (10, self.cargo),
            (4, self.rustup),
            (4, self.assignment),
            (3, self.move),
            (1, self.noise),
        ]
        compound: list[tuple[int, Callable[[], str]]] = [
            (2, lambda: self.subshell(depth)),
            (2, lambda: self.condition(depth)),
            (2, lambda: self.chain(depth)),
            (1, lambda: self.loop(depth)),
            (1, lambda: self.cases(depth)),
            (1, lambda: self.function(depth)),
            (1, lambda: self.group(depth)),
            (1, self.piped),
            (1, self.inner_shell),
        ]
        choices = simple + (compound if depth < 2 else [])
        return rng.choices([make for _, make in choices], [weight for weight, _ in choices])[0]()

    # --- Cargo

    def cargo(self) -> str:
        rng = self.rng
        program = rng.choice(("cargo",) * 8 + ("command cargo", "nice -n 1 cargo", "env cargo", "time cargo"))
        if "time" in program and not self.bash:
            program = "cargo"
        plus = f" +{rng.choice(TOOLCHAINS)}" if rng.random() < 0.2 else ""
        if rng.random() < 0.06:
            program, plus = f"rustup run {rng.choice(TOOLCHAINS)} cargo", ""
        before = self._prefix(program) if rng.random() < 0.25 else ""
        words = [f"{rng.choice(('build', 'b', 'test', 'run', 't'))}", self._target(), rng.choice(PROFILES)]
        if rng.random() < 0.2:
            words.append(f"--config {self._quoted(rng.choice(CONFIGS))}")
        rest = [each for each in words[1:] if each]
        rng.shuffle(rest)
        number = f"--features call{next(self.numbers)}"
        return " ".join((before + program + plus, words[0], *rest, number))

    def _prefix(self, program: str) -> str:
        rng = self.rng
        name, value = rng.choice(
            (
                ("RUSTUP_TOOLCHAIN", rng.choice(TOOLCHAINS)),
                ("RUSTFLAGS", rng.choice(FLAGS)),
                ("CARGO_PROFILE_RELEASE_LTO", "false"),
                ("CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER", "mine run"),
                ("RUSTUP_TOOLCHAIN", ""),
            )
        )
        if program.startswith("env ") and rng.random() < 0.5:
            return ""
        if rng.random() < 0.15 and not program.startswith(("rustup", "command", "time")):
            return f"env -u {name} {name}={self._quoted(value)} "
        if rng.random() < 0.1 and not program.startswith(("rustup", "command", "time")):
            return f"env -u {name} "
        return "" if program.startswith("time") else f"{name}={self._quoted(value)} "

    def _target(self) -> str:
        rng = self.rng
        named = [name for name in ("TARGET", "T") if name in self.state.values]
        if "FLAGS" in self.state.values and rng.random() < 0.7:
            return "$FLAGS"
        if named and rng.random() < 0.6:
            reference = rng.choice(('"$%s"', "$%s", '"${%s}"', "${%s}")) % rng.choice(named)
            return f"--target {reference}"
        if rng.random() < 0.2:
            return ""
        sign = rng.choice((" ", "="))
        return f"--target{sign}{rng.choice(TARGETS)}"

    # --- what chooses

    def rustup(self) -> str:
        rng = self.rng
        toolchain = rng.choice(TOOLCHAINS)
        kind = rng.random()
        if kind < 0.35:
            return f"rustup default {toolchain}"
        if kind < 0.65:
            path = f" --path {self._way(rng.choice(FOLDERS))}" if rng.random() < 0.4 else ""
            if path and rng.random() < 0.3:
                return f"rustup override set{path} {toolchain}"
            return f"rustup override set {toolchain}{path}"
        if kind < 0.85:
            path = f" --path {self._way(rng.choice(FOLDERS))}" if rng.random() < 0.4 else ""
            return f"rustup override {rng.choice(('unset', 'unset', 'remove'))}{path}"
        if kind < 0.95:
            return f'rustup toolchain link {rng.choice(("linked", "spare"))} "$LINKED"'
        # The release cannot be fetched here; on a machine with a network it is installed, and nothing chosen.
        return "rustup toolchain install 1.89.0 > /dev/null 2>&1 || true"

    def assignment(self) -> str:
        rng = self.rng
        name, value = rng.choice(
            (
                ("RUSTUP_TOOLCHAIN", rng.choice((*TOOLCHAINS, ""))),
                ("RUSTFLAGS", rng.choice((*FLAGS, ""))),
                ("TARGET", rng.choice(TARGETS)),
                ("T", rng.choice(TARGETS)),
                ("FLAGS", rng.choice((f"--target {rng.choice(TARGETS)} --locked", "--locked", ""))),
                ("CARGO_BUILD_TARGET", rng.choice(TARGETS)),
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", rng.choice("0123")),
                (
                    "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER",
                    rng.choice(("mine", "mine run", "wasmtime run")),
                ),
                ("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", rng.choice(FLAGS)),
            )
        )
        values = self.state.values
        if name in values and rng.random() < 0.3:
            del values[name]
            return rng.choice(("unset %s", "unset -v %s", "unset %s") if self.bash else ("unset %s",)) % name
        written = self._quoted(value)
        if name in values and rng.random() < 0.3:
            written, value = f'"${name} --cfg=two"', f"{values[name]} --cfg=two"
            if name != "RUSTFLAGS":
                written, value = f'"${{{name}}}"', values[name]
        elif rng.random() < 0.1 and value:
            written, value = f'"${{{name}:-{value}}}"', values.get(name) or value
        values[name] = value
        forms = [f"export {name}={written}"] * 4
        forms += [f"{name}={written}; export {name}", f"export OTHER=1 {name}={written}"]
        if self.bash:
            forms += [f"declare -x {name}={written}"]
        forms += [f"{name}={written}"] * (3 if name in ("TARGET", "T", "FLAGS") else 1)
        return rng.choice(forms)

    def _quoted(self, text: str) -> str:
        if not text:
            return self.rng.choice(("", "''", '""'))
        if "'" in text:
            return f'"{text}"'
        if '"' in text or ";" in text:
            return f"'{text}'"
        plain: tuple[str, ...] = () if set(text) & set(" []*?'") else (text,)
        return self.rng.choice((f"'{text}'", f'"{text}"', *plain))

    # --- folders

    def move(self) -> str:
        rng, state = self.rng, self.state
        kind = rng.random()
        if kind < 0.15 and state.earlier is not None:
            state.enter(state.earlier)
            return "cd - > /dev/null"
        if kind < 0.35 and self.bash and state.stack:
            state.enter(state.stack.pop())
            return rng.choice(("popd", "popd > /dev/null"))
        folder = rng.choice(FOLDERS)
        way = self._way(folder)
        if kind < 0.6 and self.bash:
            state.stack.append(state.folder)
            state.enter(folder)
            return rng.choice(("pushd {}", "pushd {} > /dev/null")).format(way)
        state.enter(folder)
        if rng.random() < 0.2:
            return f'HERE={way}; cd "$HERE"'
        return f"cd {way}"

    def _way(self, folder: str) -> str:
        """A path from where the shell is."""
        up = "/".join(".." for _ in filter(None, self.state.folder.split("/")))
        way = "/".join(filter(None, (up, folder))) or "."
        return self.rng.choice((way, f"./{way}", f'"{way}"'))

    # --- what is around

    def subshell(self, depth: int) -> str:
        before = deepcopy(self.state)
        lines = self.script(self.rng.randint(1, 3), depth + 1)
        self.state = before
        # `((` would begin arithmetic
        return f"( {self._joined(lines)})" if self.one_line else self._block("(", lines, ")")

    def group(self, depth: int) -> str:
        lines = self.script(self.rng.randint(1, 2), depth + 1)
        return "{ " + self._joined(lines) + "; }" if self.one_line else self._block("{", lines, "}")

    def condition(self, depth: int) -> str:
        rng = self.rng
        parts: list[str] = []
        is_decided = False
        for number in range(rng.randint(1, 3)):
            test, holds = self._test()
            parts.append(f"{'elif' if number else 'if'} {test}; then")
            parts += self._branch(depth, holds and not is_decided)
            is_decided = is_decided or holds
        if rng.random() < 0.5:
            parts += ["else", *self._branch(depth, not is_decided)]
        return self._compound([*parts, "fi"])

    def _branch(self, depth: int, is_taken: bool) -> list[str]:
        before = deepcopy(self.state)
        lines = self.script(self.rng.randint(1, 2), depth + 1)
        if not is_taken:
            self.state = before
            if self.rng.random() < 0.2:
                lines.append("exit 1")
        return lines

    def _test(self) -> tuple[str, bool]:
        """A condition, and whether it holds."""
        rng = self.rng
        if rng.random() < 0.35:
            self.asks_machine = True
            return rng.choice(
                (
                    (f'[ "${OUTSIDE}" = full ]', True),
                    (f'[ "${{{OUTSIDE}:-}}" = quick ]', False),
                    (f'test -z "${OUTSIDE}"', False),
                    ("[ -f Cargo.toml ]", True),
                    ("command -v rustup > /dev/null", True),
                    ("grep -q nothing Cargo.toml", False),
                )
            )
        names = [name for name in self.state.values if name not in ("RUSTFLAGS", "FLAGS")]
        if names and rng.random() < 0.7:
            name = rng.choice(names)
            value = self.state.values[name]
            questions = [
                (f'[ "${name}" = "{value}" ]', True),
                (f'[ "${name}" != "{value}" ]', False),
                (f'[ "${name}" = other ]', False),
                (f'[ -n "${name}" ]', value != ""),
                (f'test -z "${name}"', value == ""),
            ]
            return rng.choice([*questions, (f'[[ "${name}" == "{value}" ]]', True)][: 5 + self.bash])
        sure = (("true", True), ("false", False), ("! false", True), ("! true", False))
        return rng.choice(sure)

    def chain(self, depth: int) -> str:
        """`A && B`, `A || B`: what ends in success, so that nothing stops the script."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.4:
            return " && ".join(self.simple() for _ in range(rng.randint(2, 3)))
        if kind < 0.6:
            first = self.simple()
            before = deepcopy(self.state)
            second = self.simple()
            self.state = before
            return f"{first} || {second}"
        test, holds = self._test()
        before = deepcopy(self.state)
        runs = self.simple()
        sign, is_taken = rng.choice((("&&", holds), ("||", not holds)))
        if not is_taken:
            self.state = before
        return f"{test} {sign} {runs}{' || true' if sign == '&&' else ''}"

    def simple(self, without: str = "||") -> str:
        """A statement that is one command, and does not have these characters."""
        while True:
            before = deepcopy(self.state)
            made = self.rng.choice((self.cargo, self.rustup, self.assignment, self.move))()
            if not any(each in made for each in ("||", "; ", without)):
                return made
            self.state = before

    def loop(self, depth: int) -> str:
        rng = self.rng
        name = rng.choice(("TARGET", "T"))
        words = rng.sample(sorted(set(TARGETS)), rng.randint(1, 3))
        self.state.values[name] = words[-1]
        lines = [self.cargo() for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.3:
            lines.insert(1, f"rustup default {rng.choice(TOOLCHAINS)}")
        return self._compound([f"for {name} in {' '.join(words)}; do", *lines, "done"])

    def cases(self, depth: int) -> str:
        names = [name for name in self.state.values if name not in ("RUSTFLAGS", "FLAGS")]
        if names and self.rng.random() < 0.6:
            name = self.rng.choice(names)
            value = self.state.values[name]
        else:
            name, value = OUTSIDE, "full"
            self.asks_machine = True
        first = self._branch(depth, False)
        second = self._branch(depth, True)
        third = self._branch(depth, False)
        taken = f'"{value}"'
        if self.one_line:
            parts = (("nothing", first), (taken, second), ("*", third))
            return f'case "${name}" in ' + " ".join(f"{p}) {self._joined(b)};;" for p, b in parts) + " esac"
        lines = [
            f'case "${name}" in',
            "nothing)",
            *first,
            ";;",
            f"{taken} | other)",
            *second,
            ";;",
            "*)",
            *third,
        ]
        return "\n".join((*lines, ";;", "esac"))

    def function(self, depth: int) -> str:
        rng, state = self.rng, self.state
        callable_here = [name for name, folder in state.functions.items() if folder == state.folder]
        if callable_here and rng.random() < 0.5:
            return f"{rng.choice(callable_here)} {rng.choice(TARGETS)}"
        if state.functions or self.one_line:
            return self.cargo()
        before = deepcopy(state)
        self.state.values = {}
        body = [self.cargo() for _ in range(rng.randint(1, 2))]
        body[0] = body[0].partition(" --")[0].replace(" $FLAGS", "")
        given = rng.choice(('--target "$1"', "--target=$1", '--target "$@"'))
        body[0] += f" {given} --features call{next(self.numbers)}"
        if rng.random() < 0.4:
            body.insert(0, f"rustup default {rng.choice(TOOLCHAINS)}")
        if rng.random() < 0.3:
            body.append(f"export CARGO_PROFILE_DEV_OPT_LEVEL={rng.randint(0, 3)}")
        if rng.random() < 0.3:
            body.append(self.subshell(2))
        self.state = before
        name = f"build_{next(self.names)}"
        self.state.functions[name] = state.folder
        head = rng.choice((f"{name}() {{", f"function {name} {{") if self.bash else (f"{name}() {{",))
        return "\n".join((head, *body, "}", f"{name} {rng.choice(TARGETS)}"))

    def piped(self) -> str:
        before = deepcopy(self.state)
        made = self.simple()
        self.state = before
        return self.rng.choice((f"{{ {made}; }} | cat", f"printf '' | {{ {made}; }}", f"OUT=$({made})"))

    def inner_shell(self) -> str:
        before = deepcopy(self.state)
        self.state.values = {}
        self.state.stack = []
        made = self.simple()
        self.state = before
        if "'" in made:
            return self.cargo()
        return f"{'bash' if self.bash else 'sh'} -c '{made}'"

    def noise(self) -> str:
        made = self.rng.choice(
            (
                "echo rustup default 1.80.0",
                "echo 'export RUSTUP_TOOLCHAIN=1.80.0'",
                "true # rustup default 1.80.0",
                "cat <<'END'\nrustup default 1.80.0\ncargo +nightly build\nEND",
                "rustup --version > /dev/null 2>&1",
                ": cd a",
            )
        )
        return "true" if self.one_line and ("\n" in made or "#" in made) else made

    # --- layout

    def _compound(self, parts: list[str]) -> str:
        if not self.one_line:
            return "\n".join(parts)
        text = ""
        for part in parts:
            opens = text.endswith(("then", "do", "else")) or not text
            text += part if not text else f" {part}" if opens else f"; {part}"
        return text

    def _block(self, head: str, lines: list[str], end: str) -> str:
        return "\n".join((head, *lines, end))

    def _joined(self, lines: list[str]) -> str:
        return "; ".join(lines)


def indented(lines: list[str], by: str) -> Iterator[str]:
    """The lines of the statements with something before each."""
    for line in "\n".join(lines).split("\n"):
        yield f"{by}{line}" if line else line
