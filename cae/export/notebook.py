"""Jupyter notebooks, as files: https://nbformat.readthedocs.io/en/latest/format_description.html."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Cell", "code", "notebook", "text"]


@dataclass(frozen=True)
class Cell:
    """Markdown, or Python source."""

    kind: Literal["markdown", "code"]
    source: str


def text(markdown: str) -> Cell:
    return Cell("markdown", markdown.strip())


def code(source: str) -> Cell:
    return Cell("code", source.strip())


def notebook(cells: Iterable[Cell]) -> bytes:
    """The file with these cells, none of which has been run."""
    content = {
        "cells": [_cell(number, cell) for number, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def _cell(number: int, cell: Cell) -> dict[str, Any]:
    results: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    source = cell.source.splitlines(keepends=True)
    return {"cell_type": cell.kind, "id": f"cell-{number}", "metadata": {}, "source": source, **results}
