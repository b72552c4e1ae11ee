"""The values of a matrix leg that are mappings themselves."""

from __future__ import annotations

from wasifix.documents.yaml import parse_yaml
from wasifix.project.matrix import VALUE_LIMIT, known_values, legs


def values(matrix: str) -> list[dict[str, str | None]]:
    document = parse_yaml("ci.yml", f"strategy:\n  matrix:\n{matrix}".encode())
    assert document.root is not None
    found = (known_values(document, leg) for leg in legs(document.root))
    return [{name: known.text for name, known in leg.items()} for leg in found]


def test_their_keys_are_known_by_dotted_names() -> None:
    matrix = (
        "    settings:\n      - {target: wasm32-wasip1, rust: 1.90}\n      - target: x86_64-apple-darwin\n"
    )
    assert values(matrix) == [
        {
            "matrix.settings": None,
            "matrix.settings.target": "wasm32-wasip1",
            "matrix.settings.rust": "1.9",
        },
        {"matrix.settings": None, "matrix.settings.target": "x86_64-apple-darwin"},
    ]


def test_a_list_as_a_value_has_no_names() -> None:
    assert values("    a: [[1, 2]]\n") == [{"matrix.a": None}]


def test_values_without_end_end() -> None:
    matrix = "    a:\n      - &a\n        b: {x: *a, y: *a}\n"
    (leg,) = values(matrix)
    assert len(leg) == VALUE_LIMIT


def test_aliases_in_many_layers_are_not_multiplied_out() -> None:
    layers = "".join(
        f"    l{n}: [&l{n} {{{', '.join(f'k{k}: *l{n - 1}' for k in range(9))}}}]\n" for n in range(1, 9)
    )
    (leg,) = values(f"    l0: [&l0 {{k: v}}]\n{layers}")
    assert len(leg) == VALUE_LIMIT
