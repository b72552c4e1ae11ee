"""The programs `wasifix` and `cargo wasifix`, and `python -m wasifix`.

A run is short and keeps what it reads to its end. Looking for garbage takes a sixth of it and finds none, so
the collector rests while modules are loaded, and seldom works after that.
"""

import gc

gc.disable()

from wasifix.cli import cargo_main, main  # noqa: E402

__all__ = ("cargo_main", "main")

gc.freeze()
gc.set_threshold(100_000)
gc.enable()

if __name__ == "__main__":
    main()
