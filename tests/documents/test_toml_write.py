"""A value that is set changes its own line, in the style of that line, and no other."""

from __future__ import annotations

import codecs

import pytest

from documents.writing import Case, put, text, written
from wasifix.changes import Remove, Rename, Set

CHANNEL = put("toolchain.channel", "1.90.0")
LTO = put("profile.release.lto", False)
UNITS = put("profile.release.codegen-units", 16)

CASES = (
    Case(
        "a comment behind the value stays, and so do the comments around it",
        """
# top
[toolchain]
# above
channel = "1.91.0" # behind; "quoted"
# below
profile = "minimal"
""",
        (CHANNEL,),
        """
# top
[toolchain]
# above
#! 1.91.0 -> 1.90.0
channel = "1.90.0" # behind; "quoted"
# below
profile = "minimal"
""",
    ),
    Case(
        "single quotes stay single quotes",
        "[toolchain]\nchannel = 'stable'\n",
        (CHANNEL,),
        "[toolchain]\n#! stable -> 1.90.0\nchannel = '1.90.0'\n",
    ),
    Case(
        "single quotes become double where the value has one",
        "a = 'x'\n",
        (put("a", "it's"),),
        '#! a `%27x%27` -> it%27s\na = "it\'s"\n',
    ),
    Case(
        "a value of another kind takes the place of a string",
        "[profile.release]\nlto = 'fat'\n",
        (LTO,),
        "[profile.release]\n#! lto `%27fat%27` -> false\nlto = false\n",
    ),
    Case(
        "the spaces around the equals sign stay",
        '[toolchain]\n\tchannel\t=  "1.91"\t# x\n',
        (CHANNEL,),
        '[toolchain]\n\t#! 1.91 -> 1.90.0\n\tchannel\t=  "1.90.0"\t# x\n',
    ),
    Case(
        "two values of a table share one comment, above the first",
        """
[profile.release]
debug = 1
lto = true

codegen-units = 1
""",
        (UNITS, LTO),
        """
[profile.release]
debug = 1
#! codegen-units 1 -> 16, lto true -> false
lto = false

codegen-units = 16
""",
    ),
    Case(
        "a later change of the same strategy goes into its comment",
        """
[profile.release]
#! lto =true -> thin
lto = "thin"
""",
        (LTO,),
        """
[profile.release]
#! lto =true -> false
lto = false
""",
    ),
    Case(
        "a new key goes below the last one, and the next section keeps its comment block",
        """
[profile.release]
lto = "fat"

# --- linting ---

# why
[lints]
x = 1
""",
        (UNITS,),
        """
[profile.release]
lto = "fat"
#! codegen-units none -> 16
codegen-units = 16

# --- linting ---

# why
[lints]
x = 1
""",
    ),
    Case(
        "a new key goes below a header that has none",
        "[profile.release] # x\n[lints]\n",
        (UNITS,),
        "[profile.release] # x\n#! codegen-units none -> 16\ncodegen-units = 16\n[lints]\n",
    ),
    Case(
        "a new key goes behind a value of several lines, indented as keys and not as that value",
        """
[toolchain]
targets = ["a",
           "b"] # x
""",
        (CHANNEL,),
        """
[toolchain]
targets = ["a",
           "b"] # x
#! none -> 1.90.0
channel = "1.90.0"
""",
    ),
    Case(
        "a new key is aligned where the others are",
        """
[profile.release]
debug      = 1
strip      = true
lto        = true
""",
        (put("profile.release.opt-level", 1), UNITS),
        """
[profile.release]
debug      = 1
strip      = true
lto        = true
#! opt-level none -> 1, codegen-units none -> 16
opt-level  = 1
codegen-units = 16
""",
    ),
    Case(
        "a new key is written without spaces where the others are",
        "[profile.release]\n\tlto=true\n",
        (UNITS,),
        "[profile.release]\n\tlto=true\n\t#! codegen-units none -> 16\n\tcodegen-units=16\n",
    ),
    Case(
        "a new string takes the quotes of its table",
        "[toolchain]\nprofile = 'minimal'\ncomponents = []\n",
        (CHANNEL,),
        "[toolchain]\nprofile = 'minimal'\ncomponents = []\n#! none -> 1.90.0\nchannel = '1.90.0'\n",
    ),
    Case(
        "a changed key and a new one share the comment above the changed one",
        "[profile.release]\nlto = true\ndebug = 1\n",
        (LTO, UNITS),
        """
[profile.release]
#! lto true -> false, codegen-units none -> 16
lto = false
debug = 1
codegen-units = 16
""",
    ),
    Case(
        "dotted keys get a dotted neighbour",
        "[profile]\nrelease.lto = true\ndev.debug = 1\n",
        (UNITS,),
        """
[profile]
release.lto = true
#! release.codegen-units none -> 16
release.codegen-units = 16
dev.debug = 1
""",
    ),
    Case(
        "dotted keys above all tables get a dotted neighbour",
        "profile.'release'.lto = true\n[package]\nname = 'x'\n",
        (UNITS,),
        """
profile.'release'.lto = true
#! profile.release.codegen-units none -> 16
profile.release.codegen-units = 16
[package]
name = 'x'
""",
    ),
    Case(
        "inline tables get a key at their end",
        "[profile]\nrelease = { lto = true } # x\ndev = {}\n",
        (UNITS, LTO, put("profile.dev.debug", 1), put("profile.dev.lto", "off")),
        """
[profile]
#! release.codegen-units none -> 16, release.lto true -> false, dev.debug none -> 1, dev.lto none -> off
release = { lto = false, codegen-units = 16 } # x
dev = { debug = 1, lto = "off" }
""",
    ),
    Case(
        "a key above all tables goes below the comment at the top",
        "# licence\n\n# about the package\n[package]\nname = 'x'\n",
        (put("cargo-features", ()), put("a", 1)),
        """
# licence

#! cargo-features none -> [], a none -> 1
cargo-features = []
a = 1

# about the package
[package]
name = 'x'
""",
    ),
    Case(
        "a key above all tables goes to the very top where nothing else is",
        "# about the package\n[package]\n",
        (put("a", 1),),
        "#! a none -> 1\na = 1\n\n# about the package\n[package]\n",
    ),
    Case(
        "in an array of tables split by another table each key stays with its element",
        "[[bin]]\nname = 'a'\n\n[profile.release]\nlto = true\n\n[[bin]]\nname = 'b'\n",
        (LTO, put("bin.0.test", False), put("bin.1.name", "c")),
        """
[[bin]]
name = 'a'
#! test none -> false
test = false

[profile.release]
#! lto true -> false
lto = false

[[bin]]
#! name b -> c
name = 'c'
""",
    ),
    Case(
        "a key is removed with its line, and the comment says what it was",
        '[a]\nb = 1\nc = "x, y" # z\nd = 2\n',
        (Remove(("a", "c")),),
        "[a]\nb = 1\n#! c `x%2C y` -> none\nd = 2\n",
    ),
    Case(
        "a renamed table keeps its contents, its quotes and its sub-tables",
        """
# about
[target . "wasm32-wasip1-threads"] # x
runner = "r"

[target.wasm32-wasip1-threads.foo]
bar = 1

[target.other]
""",
        (Rename(("target", "wasm32-wasip1-threads"), "wasm32-wasip1"),),
        """
# about
#! table wasm32-wasip1-threads -> wasm32-wasip1
[target . "wasm32-wasip1"] # x
runner = "r"

[target.wasm32-wasip1.foo]
bar = 1

[target.other]
""",
    ),
    Case(
        "what a line separator in a comment or a string is to others is none to TOML",
        '# a\u2028b\x85\nx = "\u2028"\n[a]\nb = 1\n',
        (put("a.b", 2),),
        '# a\u2028b\x85\nx = "\u2028"\n[a]\n#! b 1 -> 2\nb = 2\n',
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_in_the_style_of_its_line(case: Case) -> None:
    assert written(case.before, *case.changes).decode() == text(case.after)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_crlf_byte_order_mark_and_missing_final_newline_stay(case: Case) -> None:
    before, after = (text(each).replace("\n", "\r\n").encode() for each in (case.before, case.after))
    assert written(before, *case.changes) == after
    assert written(codecs.BOM_UTF8 + before, *case.changes) == codecs.BOM_UTF8 + after
    before, after = (text(each).removesuffix("\n").encode() for each in (case.before, case.after))
    assert written(before, *case.changes) == after


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_that_are_set_already_are_not_set_again(case: Case) -> None:
    settings = tuple(each for each in case.changes if isinstance(each, Set))
    assert written(case.after, *settings).decode() == text(case.after)
