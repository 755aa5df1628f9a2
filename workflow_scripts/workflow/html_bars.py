"""A histogram of minutes for pages, as SVG."""

from collections.abc import Sequence
from html import escape


def bars(edges: Sequence[float], minutes: Sequence[float], unit: str) -> str:
    """Return a histogram as SVG; every bar says its numbers when it is pointed at.

    Args:
        edges: (K + 1,) of the bins, in `unit`.
        minutes: (K,) in each of them.
        unit: of the edges.
    """
    count, width, height = len(minutes), 26, 120
    if not count:
        return "<p>Not known.</p>"
    tallest = max(minutes) or 1.0
    parts = []
    for number, much in enumerate(minutes):
        low, high = edges[number], edges[number + 1]
        size = height * much / tallest
        parts.append(
            f'<g><title>{low:g} to {high:g} {escape(unit)}: {much:.1f} min</title><rect x="{width * number + 2}"'
            f' y="{height - size:.1f}" width="{width - 4}" height="{size:.1f}" rx="3"/></g>'
        )
    every = max(1, -(-count // 8))
    for number in range(0, count + 1, every):
        parts.append(f'<text x="{width * number}" y="{height + 18}">{edges[number]:g}</text>')
    total = width * count
    return (
        f'<svg class="bars" viewBox="-20 -8 {total + 40} {height + 34}" width="{total + 40}" role="img"'
        f' aria-label="minutes by {escape(unit)}">{"".join(parts)}</svg>'
    )
