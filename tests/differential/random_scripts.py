"""Random projects whose files hold scripts: workflows, GitLab's jobs, Makefiles, justfiles, package.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from differential.random_commands import FLAGS, FOLDERS, TARGETS, TOOLCHAINS, Commands, indented

PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
PROGRAMS = {"make": "make", "just": "just", "npm": "npm"}
"""What runs a carrier that bash does not run."""
CARRIERS = ("workflow",) * 8 + ("script",) * 3 + ("gitlab",) * 3 + ("make",) * 3 + ("just",) * 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A shell script that is run as it stands: what GitHub or GitLab hand to bash."""

    script: str
    folder: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Those of the step; they win over what earlier steps leave."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomScripts:
    """Files below a folder, and the scripts that the machine runs there, one after the other."""

    carrier: str
    files: Mapping[str, str]
    runs: tuple[Run, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Those of the job."""
    asks_machine: bool = False


def random_scripts(seed: int) -> RandomScripts:
    """The project of a seed, always the same. Every 40th is run by npm, which is slow to start."""
    rng = Random(seed)
    carrier = "npm" if seed % 40 == 39 else rng.choice(CARRIERS)
    files: dict[str, str] = {}
    for number, folder in enumerate(FOLDERS):
        prefix = f"{folder}/" if folder else ""
        files[f"{prefix}Cargo.toml"] = PACKAGE.format(f"p{number}")
        files[f"{prefix}src/lib.rs"] = ""
        files[f"{prefix}more.toml"] = f"[build]\nrustflags = ['--cfg=more{number}']\n"
        if rng.random() < 0.3:
            files[f"{prefix}.cargo/config.toml"] = _config(rng, number)
        if rng.random() < 0.15:
            files[f"{prefix}rust-toolchain"] = f"{rng.choice(TOOLCHAINS)}\n"
    made = {
        "workflow": _workflow, "script": _script, "gitlab": _gitlab, "make": _make, "just": _just, "npm": _npm
    }[carrier](rng)  # fmt: skip
    return RandomScripts(
        carrier=carrier,
        files={**files, **made.files},
        runs=made.runs,
        variables=made.variables,
        asks_machine=made.asks_machine,
    )


def _config(rng: Random, number: int) -> str:
    lines = [f"[target.wasm32-wasip1-threads]\nrunner = 'wasmtime run {number}'\n"]
    lines.append(f"[build]\nrustflags = ['--cfg=file{number}']\n")
    return "".join(rng.sample(lines, rng.randint(1, 2)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    files: Mapping[str, str]
    runs: tuple[Run, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    asks_machine: bool = False


def _environment(rng: Random, share: float) -> dict[str, str]:
    found = {
        "RUSTUP_TOOLCHAIN": rng.choice(TOOLCHAINS),
        "RUSTFLAGS": rng.choice((*FLAGS, "")),
        "TARGET": rng.choice(TARGETS),
        "CARGO_BUILD_TARGET": rng.choice(TARGETS),
        "CARGO_TARGET_WASM32_WASIP1_THREADS_RUNNER": "job run",
    }
    return {name: value for name, value in found.items() if rng.random() < share}


def _commands(rng: Random, *, bash: bool, one_line: bool, known: Mapping[str, str]) -> Commands:
    made = Commands(rng, bash=bash, one_line=one_line)
    made.state.values = dict(known)
    return made


def _workflow(rng: Random) -> _Made:
    """Steps with variables and folders of their own, and variables for the steps that follow."""
    job = _environment(rng, 0.15)
    made = _commands(rng, bash=True, one_line=False, known=job)
    moved = rng.choice((*FOLDERS, "")) if rng.random() < 0.2 else ""
    lines = ["on: push # wasm32", "jobs:", "  test:", "    runs-on: ubuntu-latest"]
    lines += _mapping("env", job, "    ")
    if moved:
        lines += ["    defaults:", "      run:", f"        working-directory: {moved}"]
    lines.append("    steps:")
    runs: list[Run] = []
    lasting = dict(job)
    for _ in range(rng.randint(1, 3)):
        own = _environment(rng, 0.07)
        folder = rng.choice(FOLDERS) if rng.random() < 0.2 else moved
        made.state.folder, made.state.earlier, made.state.stack = folder, None, []
        made.state.values = {**lasting, **own}
        made.state.functions = {}
        statements = made.script(rng.randint(1, 5))
        if rng.random() < 0.3:
            name, value = rng.choice((("RUSTUP_TOOLCHAIN", rng.choice(TOOLCHAINS)), ("RUSTFLAGS", FLAGS[0])))
            lasting[name] = value
            statements.append(rng.choice(_FOR_LATER).format(name, value))
        script = "\n".join(statements)
        lines += ["      - run: |", *indented(statements, " " * 10), *_mapping("env", own, " " * 8)]
        if folder != moved:
            lines.append(f"        working-directory: {folder or '.'}")
        runs.append(Run(script=script, folder=folder, variables=own))
    text = "\n".join((*lines, ""))
    files = {".github/workflows/ci.yml": text}
    return _Made(files=files, runs=tuple(runs), variables=job, asks_machine=made.asks_machine)


_FOR_LATER = (
    'echo "{}={}" >> "$GITHUB_ENV"',
    "echo '{}={}' >> $GITHUB_ENV",
    'echo "{}={}" | tee -a "$GITHUB_ENV" > /dev/null',
    '{{ echo "OTHER=1"; echo "{}={}"; }} >> "$GITHUB_ENV"',
    "printf '%s\\n' '{}={}' >> \"$GITHUB_ENV\"",
    'cat >> "$GITHUB_ENV" <<END\n{}={}\nEND',
)


def _mapping(name: str, values: Mapping[str, str], indent: str) -> list[str]:
    if not values:
        return []
    return [f"{indent}{name}:", *(f"{indent}  {key}: {json.dumps(value)}" for key, value in values.items())]


def _script(rng: Random) -> _Made:
    """A step that starts a script of the repository, or reads it into its own shell."""
    made = _commands(rng, bash=True, one_line=False, known={})
    sourced = rng.random() < 0.4
    before, inner = made.script(rng.randint(0, 2)), ""
    if not sourced:
        made.state.values = {}
        made.state.stack, made.state.functions = [], {}
    start = made.state.folder
    earlier = made.state.earlier
    outer, made.state.functions = made.state.functions, {}  # what is called from outside is not looked for
    body = made.script(rng.randint(1, 4))
    made.state.functions = {**outer, **(made.state.functions if sourced else {})}
    body.append(f'cargo build --target "$1" --features call{next(made.numbers)}')
    inner = "\n".join(("#!/usr/bin/env bash", "set -e", *body, ""))
    if not sourced:
        made.state.folder, made.state.earlier = start, earlier
        made.state.values, made.state.stack = {}, []
    after = made.script(rng.randint(1, 2))
    up = "/".join(".." for _ in filter(None, start.split("/"))) or "."
    ways = (
        (". {}/ci/go.sh {}", "source {}/ci/go.sh {}")
        if sourced
        else ("bash {}/ci/go.sh {}", "{}/ci/go.sh {}")
    )
    call = rng.choice(ways)
    statements = [*before, call.format(up, rng.choice(TARGETS)), *after]
    lines = [
        "on: push # wasm32",
        "jobs:",
        "  test:",
        "    runs-on: ubuntu-latest",
        "    steps:",
        "      - run: |",
    ]
    text = "\n".join((*lines, *indented(statements, " " * 10), ""))
    files = {".github/workflows/ci.yml": text, "ci/go.sh": inner}
    return _Made(files=files, runs=(Run(script="\n".join(statements)),), asks_machine=made.asks_machine)


def _gitlab(rng: Random) -> _Made:
    """GitLab puts all lines of a job into one script."""
    job = _environment(rng, 0.15)
    made = _commands(rng, bash=True, one_line=False, known=job)
    before, script = made.script(rng.randint(0, 2)), made.script(rng.randint(1, 4))
    lines = ["test: # wasm32", *_mapping("variables", job, "  ")]
    for key, statements in (("before_script", before), ("script", script)):
        lines += [f"  {key}:"] if statements else []
        for statement in statements:
            lines += ["    - |", *indented([statement], " " * 6)]
    run = Run(script="\n".join((*before, *script)))
    files = {".gitlab-ci.yml": "\n".join((*lines, ""))}
    return _Made(files=files, runs=(run,), variables=job, asks_machine=made.asks_machine)


def _make(rng: Random) -> _Made:
    """Targets with prerequisites; each line of a recipe has a shell of its own."""
    given = _environment(rng, 0.15)
    made = _commands(rng, bash=False, one_line=True, known=given)
    lines = [f"{rng.choice(('T', 'TRIPLE'))} {rng.choice((':=', '=', '?='))} wasm32-wasip1-threads"]
    lines += [f"export {name} := {value}" for name, value in given.items()]
    lines += ["all: first second", ""]
    for target in ("first", "second"):
        lines.append(f"{target}:")
        for _ in range(rng.randint(1, 3)):
            _fresh(made, given)
            line = made.statement(0).replace("$", "$$")
            if " --target wasm32-wasip1-threads" in line and rng.random() < 0.5:
                name = lines[0].split()[0]
                line = line.replace(" --target wasm32-wasip1-threads", f" --target $({name})")
            lines.append("\t" + rng.choice(("", "", "@", "-")) + line)
    return _called_by_workflow({"Makefile": "\n".join((*lines, ""))}, "make all", made)


def _fresh(made: Commands, given: Mapping[str, str]) -> None:
    made.state.folder, made.state.earlier, made.state.stack = "", None, []
    made.state.values, made.state.functions = dict(given), {}


def _just(rng: Random) -> _Made:
    """Recipes that need one another; each line has a shell of its own, or the recipe is a script."""
    given = _environment(rng, 0.15)
    made = _commands(rng, bash=False, one_line=True, known=given)
    lines = [f"triple := {json.dumps(rng.choice(TARGETS))}"]
    lines += [f"export {name} := {json.dumps(value)}" for name, value in given.items()]
    lines += ["", "all: first (second triple)", "", "first:"]
    for _ in range(rng.randint(1, 3)):
        _fresh(made, given)
        lines.append("  " + rng.choice(("", "", "@", "-")) + made.statement(0))
    lines += ["", "second target:"]
    script = rng.random() < 0.4
    if script:
        made.one_line, made.bash = False, True
        lines += ["  #!/usr/bin/env bash", "  set -e"]
        _fresh(made, given)
        lines += indented(made.script(rng.randint(1, 4)), "  ")
    lines.append(f"  cargo build --target {{{{target}}}} --features call{next(made.numbers)}")
    return _called_by_workflow({"justfile": "\n".join((*lines, ""))}, "just all", made)


def _npm(rng: Random) -> _Made:
    """A script with the one before it; each has a shell of its own.

    Without double quotes: behind an escape in JSON wasifix knows no place, and this test no command.
    """
    made = _commands(rng, bash=False, one_line=True, known={})
    scripts = {}
    for name in ("prebuild", "build"):
        _fresh(made, {})
        scripts[name] = " && ".join(made.simple('"') for _ in range(rng.randint(1, 3)))
    return _called_by_workflow(
        {"package.json": json.dumps({"scripts": scripts}, indent=2)}, "npm run build", made
    )


def _called_by_workflow(files: Mapping[str, str], command: str, made: Commands) -> _Made:
    text = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"
    files = {**files, ".github/workflows/ci.yml": f"{text}# wasm32\n"}
    return _Made(files=files, runs=(Run(script=command),), asks_machine=made.asks_machine)
