#!/bin/sh
# What the engine runs in a fresh clone of each repository.
# Exit code 0 and changed files: a pull request. 0 and none: skipped. 1 (declined) or 2 (unreadable): reported.
set -eu
[ -f Cargo.toml ] || exit 0
exec wasifix apply --strategy "${WASIFIX_STRATEGY:-auto}"
