"""How many random projects there are, and from which number on."""

from __future__ import annotations

import os

COUNT = int(os.environ.get("WASIFIX_RANDOM_PROJECTS", "300"))
FIRST = int(os.environ.get("WASIFIX_SEED", "0"))
SEEDS = range(FIRST, FIRST + COUNT)
