"""A new table goes behind its kin, looks like its neighbours, and parts no comment from its header."""

from __future__ import annotations

import codecs

import pytest

from documents.writing import Case, put, text, written
from wasifix.changes import Set

INHERITS = put("profile.test.inherits", "release")
LEVEL = put("profile.test.opt-level", 1)
RUNNER = put("target.wasm32-wasip1-threads.runner", "r")

CASES = (
    Case(
        "an empty file gets nothing but the table",
        "",
        (LEVEL,),
        "#! new file\n[profile.test]\nopt-level = 1\n",
    ),
    Case(
        "a file of comments keeps them on top",
        "# a\n\n# b\n",
        (LEVEL,),
        "# a\n\n# b\n\n#! new table\n[profile.test]\nopt-level = 1\n",
    ),
    Case(
        "without kin it goes to the end",
        """
[package]
name = "x"

[lints]
x = 1
""",
        (INHERITS, LEVEL),
        """
[package]
name = "x"

[lints]
x = 1

#! new table
[profile.test]
inherits = "release"
opt-level = 1
""",
    ),
    Case(
        "below root keys it goes to the end",
        "cargo-features = []\n",
        (LEVEL,),
        "cargo-features = []\n\n#! new table\n[profile.test]\nopt-level = 1\n",
    ),
    Case(
        "with kin it goes behind the last of them, and the comment of the next table stays where it was",
        """
[profile.dev]
debug = 1

[profile.release] # fast
lto = true

# the things we need
[dependencies]
""",
        (LEVEL,),
        """
[profile.dev]
debug = 1

[profile.release] # fast
lto = true

#! new table
[profile.test]
opt-level = 1

# the things we need
[dependencies]
""",
    ),
    Case(
        "kin that stand apart are followed by it behind the last",
        "[profile.dev]\n\n[lints]\n\n[profile.release]\n\n[dependencies]\n",
        (LEVEL,),
        """
[profile.dev]

[lints]

[profile.release]

#! new table
[profile.test]
opt-level = 1

[dependencies]
""",
    ),
    Case(
        "a setting that is commented out stays with its table",
        """
[profile.release]
lto = true
# debug = 1
# strip = true

[dependencies]
""",
        (LEVEL,),
        """
[profile.release]
lto = true
# debug = 1
# strip = true

#! new table
[profile.test]
opt-level = 1

[dependencies]
""",
    ),
    Case(
        "a file without blank lines gets none",
        "[build]\njobs = 1\n[target.x]\nrunner = 'x'\n# next\n[net]\noffline = true\n",
        (RUNNER,),
        """
[build]
jobs = 1
[target.x]
runner = 'x'
#! new table
[target.wasm32-wasip1-threads]
runner = 'r'
# next
[net]
offline = true
""",
    ),
    Case(
        "at the end of a file without blank lines it gets none either",
        "[build]\njobs = 1\n[net]\noffline = true\n",
        (RUNNER,),
        """
[build]
jobs = 1
[net]
offline = true
#! new table
[target.wasm32-wasip1-threads]
runner = "r"
""",
    ),
    Case(
        "it is indented, aligned and spaced as the table above it",
        """
  [profile.dev]
    debug        = 1
    incremental  = true

[lints]
""",
        (LEVEL, put("profile.test.lto", "off")),
        """
  [profile.dev]
    debug        = 1
    incremental  = true

  #! new table
  [profile.test]
    opt-level    = 1
    lto          = "off"

[lints]
""",
    ),
    Case(
        "a table of several lines at the end is not cut",
        "[target.x]\nrustflags = [\n  'a',\n]\n",
        (RUNNER, put("target.wasm32-wasip1-threads.rustflags", ("a", "b c"))),
        """
[target.x]
rustflags = [
  'a',
]

#! new table
[target.wasm32-wasip1-threads]
runner = "r"
rustflags = ["a", "b c"]
""",
    ),
    Case(
        "a table that only has sub-tables gets its own header behind them",
        "[profile.release.package.x]\nopt-level = 3\n\n[lints]\n",
        (put("profile.release.opt-level", 1),),
        """
[profile.release.package.x]
opt-level = 3

#! new table
[profile.release]
opt-level = 1

[lints]
""",
    ),
    Case(
        "a name that is no bare key is quoted",
        "[target.x]\n",
        (Set(("target", "cfg(all(a, b = 'c'))", "runner"), "r"),),
        '[target.x]\n\n#! new table\n[target."cfg(all(a, b = \'c\'))"]\nrunner = "r"\n',
    ),
    Case(
        "two tables and a key of their neighbour keep their order",
        "[profile.release]\nlto = true\n\n[lints]\n",
        (LEVEL, put("profile.release.debug", 1), put("profile.other.debug", 0)),
        """
[profile.release]
lto = true
#! debug none -> 1
debug = 1

#! new table
[profile.test]
opt-level = 1

#! new table
[profile.other]
debug = 0

[lints]
""",
    ),
    Case(
        "behind an array of tables it does not become part of it",
        "[[bin]]\nname = 'a'\n\n[profile.dev]\n\n[[bin]]\nname = 'b'\n",
        (LEVEL,),
        """
[[bin]]
name = 'a'

[profile.dev]

#! new table
[profile.test]
opt-level = 1

[[bin]]
name = 'b'
""",
    ),
    Case(
        "blank lines at the end of the file stay there",
        "[lints]\nx = 1\n\n\n",
        (LEVEL,),
        "[lints]\nx = 1\n\n#! new table\n[profile.test]\nopt-level = 1\n\n\n",
    ),
    Case(
        "an indented comment of the next table stays with it",
        "[profile.dev]\ndebug = 1\n  # about\n  [lints]\n  x = 1\n",
        (LEVEL,),
        """
[profile.dev]
debug = 1
#! new table
[profile.test]
opt-level = 1
  # about
  [lints]
  x = 1
""",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_stands_where_one_expects_it(case: Case) -> None:
    assert written(case.before, *case.changes).decode() == text(case.after)


@pytest.mark.parametrize("case", [each for each in CASES if each.before], ids=str)
def test_crlf_byte_order_mark_and_missing_final_newline_stay(case: Case) -> None:
    before, after = (text(each).replace("\n", "\r\n").encode() for each in (case.before, case.after))
    assert written(before, *case.changes) == after
    assert written(codecs.BOM_UTF8 + before, *case.changes) == codecs.BOM_UTF8 + after
    before, after = (text(each).rstrip("\n").encode() for each in (case.before, case.after))
    assert written(before, *case.changes) == after


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_there_already_is_not_written_again(case: Case) -> None:
    assert written(case.after, *case.changes).decode() == text(case.after)
