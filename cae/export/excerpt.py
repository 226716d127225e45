"""Parts of this project's source, to be read and run where the project is not: what trained a run is what they take."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

__all__ = ["excerpt", "modules"]

OURS = re.compile(r"^from cae[.\w]* import (\w+)$|^from cae[.\w]*\.(\w+) import", re.MULTILINE)


def excerpt(function: Callable[..., Any], **instead: str) -> str:
    """The source of a function or class and of all in its module that it needs: imports, constants, other functions.

    A constant that the module imports from this project is written with its value; ``instead`` has the expression for
    what is no constant.
    """
    module = sys.modules[function.__module__]
    tree = ast.parse(source := inspect.getsource(module))
    defined = {name: node for node in tree.body for name in _names(node)}
    needed, waiting = set[str](), [function.__name__]
    while waiting:
        name = waiting.pop()
        if name in defined and name not in needed:
            needed.add(name)
            waiting += _used(defined[name])
    nodes = [node for node in tree.body if needed & set(_names(node))]
    imports = [one for one in nodes if isinstance(one, ast.Import | ast.ImportFrom)]
    outside = [_import(one, needed) for one in imports if not _is_ours(one)]
    ours = [name for one in imports if _is_ours(one) for name in _kept(one, needed)]
    values = [f"{name} = {instead.get(name) or repr(getattr(module, name))}" for name in ours]
    others = [_text(one, source) for one in nodes if one not in imports]
    return "\n\n\n".join(["\n\n".join(filter(None, ["\n".join(outside), "\n".join(values)])), *others])


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module defines."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (one.asname or one.name for one in names)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _used(node: ast.stmt) -> list[str]:
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cae"


def _kept(node: ast.Import | ast.ImportFrom, needed: set[str]) -> list[str]:
    """The names that an import gives and that are needed."""
    return [name for name in _names(node) if name in needed]


def _import(node: ast.Import | ast.ImportFrom, needed: set[str]) -> str:
    """The import of the names that are needed."""
    kept = [one for one in node.names if (one.asname or one.name) in needed]
    return ast.unparse(ast.ImportFrom(node.module, kept, 0) if isinstance(node, ast.ImportFrom) else ast.Import(kept))


def _text(node: ast.stmt, source: str) -> str:
    """The lines of a statement, with its decorators and comments."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def modules(*several: ModuleType) -> dict[str, str]:
    """Whole modules as files that stand beside each other: they import one another without the project's packages."""
    return {f"{one.__name__.rpartition('.')[2]}.py": OURS.sub(_beside, inspect.getsource(one)) for one in several}


def _beside(found: re.Match[str]) -> str:
    """The import of a module, or of names from one, that lies in the same folder."""
    return f"import {found[1]}" if found[1] else f"from {found[2]} import"
