"""Lists as YAML, as movenet curated Kinetics: split -> category -> YouTube ids.

Either level may be missing, and they may be the other way round; a split is known by its name. Entries are ids, clip
names (`<id>_<start>_<end>`), http(s) addresses, or mappings with the columns of a table. Empty ones hold a place for
a category that is not curated yet (movenet's files have `null`).
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from workflow_scripts.collect.sources.kinetics import category_name, split_of
from workflow_scripts.collect.sources.list_text import ADDRESSES, COLUMN_OF, opened
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

Entries = Iterator[tuple[int, Row]]

_EMPTY = ("", "~", "null", "Null", "NULL")


def yaml_entries(path: Path) -> Entries:
    """Yield (line number, {column: text}) of every entry, and of every empty one what its place tells (split, genre).

    All words are taken as they are written, since an id may look like a number, a date or `yes`. Only the structure is
    read: no tag makes an object.

    Raises:
        UserError: not YAML, or of another structure; the message names the line.
    """
    try:
        with opened(path) as file:
            # In Python, since libyaml's loader ends the process when a file nests deeply.
            root = yaml.compose(file, Loader=yaml.SafeLoader)
        if root is not None:
            yield from _entries(root, {})
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{path}: {line}{', '.join(filter(None, (error.context, error.problem)))}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not readable as YAML ({' '.join(str(error).split())})") from error
    except RecursionError as error:
        raise UserError(f"{path}: nested too deeply; a list has splits, categories and ids") from error


def _entries(node: yaml.Node, known: Row) -> Entries:
    """Yield the entries at and below a node; `known` are the columns that the levels above tell.

    Every level tells one of two columns, so that a file whose nodes contain themselves (by anchors) ends too.
    """
    if isinstance(node, yaml.ScalarNode):
        yield _line(node), known | ({"youtube_id": text} if (text := _text(node)) else {})
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.SequenceNode):
                raise _error(item, "a list within a list; expected a YouTube id")
            yield from _entries(item, known)
    else:
        pairs = [(_text(key), value) for key, value in node.value]
        if any(COLUMN_OF.get(name.lower()) in ADDRESSES | {"id"} for name, _ in pairs):
            yield _line(node), known | _cells(pairs)
        else:
            for name, value in pairs:
                yield from _entries(value, known | _level(name, known, value))


def _cells(pairs: list[tuple[str, yaml.Node]]) -> Row:
    """Return the columns of an entry that is a mapping; its `id` is YouTube's, unless it has another address."""
    for name, value in pairs:
        if name.lower() not in COLUMN_OF:
            raise _error(value, f"unknown key {name!r}; known are {', '.join(sorted(set(COLUMN_OF.values())))}")
    cells = {COLUMN_OF[name.lower()]: _text(value) for name, value in pairs}
    if ADDRESSES.isdisjoint(cells):
        cells["youtube_id"] = cells.pop("id")
    return {name: text for name, text in cells.items() if text}


def _level(name: str, known: Row, node: yaml.Node) -> Row:
    if split_of(name) and "split" not in known:
        return {"split": name}
    if "genre" not in known:
        return {"genre": category_name(name)}
    raise _error(node, f"{name!r} is one level too many: a list has splits, categories and ids")


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _error(node, "expected a word")
    return "" if not node.style and node.value in _EMPTY else str(node.value).strip()


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _error(node: yaml.Node, what: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark)
