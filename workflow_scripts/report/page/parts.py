"""What the sections of the report are built of. Arguments named `html` or `cells` are HTML: text is escaped before."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Section:
    """A section: its anchor, its title as text, and its content as HTML."""

    anchor: str
    title: str
    html: str


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table in a box of its own, in which it scrolls; the first cell of a row is its heading.

    Args:
        head: HTML of the column heads.
        rows: HTML of the cells.
        kind: CSS classes, such as "text" for a table of words.
    """
    heads = "".join(f'<th scope="col">{html}</th>' for html in head)
    body = "".join(row(cells) for cells in rows)
    return in_box(f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>')


def row(cells: Sequence[str], kind: str = "") -> str:
    """Return a row of a table; the first cell is its heading."""
    return f'<tr class="{kind}"><th scope="row">{cells[0]}</th>{"".join(f"<td>{html}</td>" for html in cells[1:])}</tr>'


def in_box(html: str) -> str:
    """Return something that may be wider than the page in a box in which it scrolls, by keys as well."""
    return f'<div class="wide" tabindex="0">{html}</div>'


def details(title: str, html: str) -> str:
    """Return something that is folded; `title` is text."""
    return f"<details><summary>{escape(title)}</summary>{html}</details>"


def facts(pairs: Mapping[str, str]) -> str:
    """Return names with what they stand for, both text."""
    each = (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs.items())
    return f"<dl>{''.join(each)}</dl>"


def note(text: str) -> str:
    """Return a paragraph of small print; `text` is text."""
    return f'<p class="note">{escape(text)}</p>'


def breakable(name: str) -> str:
    """Return a name of our own form, escaped, that may break after its underscores."""
    return escape(name).replace("_", "_<wbr>")


def figure(path: Path, says: str) -> str:
    """Return an SVG picture on a white card, and what it says below (text)."""
    uri = "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
    image = f'<div class="paper" tabindex="0"><img src="{uri}" alt="{escape(says)}"></div>'
    return f'<figure class="plot">{image}<figcaption>{escape(says)}</figcaption></figure>'


def number(value: float | None) -> str:
    """Return three digits of a number, those that are 0 as well; "–" where there is none. Whole numbers stay whole."""
    if value is None:
        return "–"
    if isinstance(value, int) or value == 0:
        return f"{value:.0f}".replace("-", "−")
    size = abs(value)
    if size >= 1e5 or 0 < size < 1e-4:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        text = f"{value:.0f}" if size >= 100 else f"{value:#.3g}".removesuffix(".")
    return text.replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """Return a 95 % interval in small print, with the digits of a mean, "" where there is none."""
    return "" if low is None or high is None else f"<small>[{number(low)}, {number(high)}]</small>"


def minutes(value: float) -> str:
    """Return minutes with one digit."""
    return f"{value:.1f}"


def duration(seconds: float) -> str:
    """Return seconds as a person says them."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
