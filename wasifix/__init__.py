"""Finds out why a Rust `wasm32-wasip1-threads` build crashes under Wasmtime, and applies a workaround."""

__version__ = "0.1.0"
