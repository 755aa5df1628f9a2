"""What made an output: digests of configuration, code and versions, and the rule of staleness built on them."""

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = "workflow_scripts"
ROOT = Path(__file__).resolve().parents[2]


def canonical_json(data: Any) -> str:
    """Return JSON with sorted keys and no spaces: equal configuration, equal text, whatever the order of its keys."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(data: Any) -> str:
    """Return 12 hexadecimal digits of SHA-256 over `canonical_json(data)`."""
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()[:12]


def code_digests(*modules: str) -> dict[str, str]:
    """Return {module: digest} for `modules` and everything of this package that they import, transitively.

    The digest is over the syntax tree without docstrings and comments, so that only a change of meaning counts.
    Imports are found anywhere in a module, also inside functions; imports by a computed name are not seen, so a
    caller that loads a module by name lists it in `modules`.
    """
    return {name: _module_digest(name) for name in sorted(_closure(modules))}


def code_version(*modules: str) -> str:
    """Return one digest of `code_digests(*modules)`, short enough for a job's parameters."""
    return digest(code_digests(*modules))


def versions(*distributions: str) -> dict[str, str]:
    """Return the installed versions of the named distributions (recorded in outputs, never compared)."""
    return {name: version(name) for name in distributions}


def _closure(modules: Iterable[str]) -> set[str]:
    todo, seen = list(modules), set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        if _source(name) is None:
            raise ModuleNotFoundError(f"{name}: no such module in {ROOT / PACKAGE}")
        seen.add(name)
        todo += _imports(name)
    return seen


@cache
def _source(module: str) -> Path | None:
    path = ROOT / Path(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


@cache
def _tree(module: str) -> ast.Module:
    path = _source(module)
    assert path is not None
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def _imports(module: str) -> tuple[str, ...]:
    names = set[str]()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(sorted(name for name in names if name.split(".")[0] == PACKAGE and _source(name) is not None))


@cache
def _module_digest(module: str) -> str:
    tree = _tree(module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = [*node.body[1:]] or [ast.Pass()]
    # Positions (line numbers) are not attributes of the dump: moving code without changing it changes nothing.
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]
