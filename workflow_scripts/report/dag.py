"""A graph of rules as a picture: rules in layers from top to bottom, as inline SVG, without any program for graphs.

The layout is the one of Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11, 1981): layers by the longest way, nodes that
stand for long edges in the layers they pass, an order of each layer by the barycentres of its neighbours. Places within
a layer then are the least squares to the neighbours' places that keep the order and the gaps.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

Edge = tuple[str, str]
# (rule, layer): the rule itself in its own layer, and what leads on from it in those below.
Node = tuple[str, int]
Layers = list[list[Node]]
Links = list[tuple[Node, Node]]

_FONT, _CHARACTER, _BOX, _ROW, _GAP, _LANE, _MARGIN = 15, 8.6, 36, 74, 14, 6, 8
_SWEEPS = 12


def rulegraph_svg(
    edges: Sequence[Edge], counts: Mapping[str, int] | None = None, stages: Mapping[str, str] | None = None
) -> str:
    """Return the graph as an SVG element; the same graph gives the same text, in whichever order its edges come.

    Edges that follow from others are not drawn: where a rule uses another also by way of a third, that way is shown.

    Args:
        edges: (rule, rule that uses its output).
        counts: number of jobs by rule, drawn behind the name; rules without edges are drawn if they are here.
        stages: stage by rule: its colour.

    Raises:
        ValueError: the rules use each other in a circle.
    """
    counts, stages = counts or {}, stages or {}
    rules = sorted({rule for edge in edges for rule in edge} | set(counts))
    if not rules:
        return ""
    drawn = _reduced(rules, sorted({edge for edge in edges if edge[0] != edge[1]}))
    place = _layers_of(rules, drawn)
    layers, links = _with_lanes(drawn, place)
    layers = _ordered(layers, links)
    labels = {rule: _label(rule, counts) for rule in rules}
    width = {node: float(_LANE) for layer in layers for node in layer}
    width |= {(rule, place[rule]): _CHARACTER * len(labels[rule]) + 28 for rule in rules}
    x = _spread(layers, links, width)
    left = min(x[node] - width[node] / 2 for node in x) - _MARGIN
    right = max(x[node] + width[node] / 2 for node in x) + _MARGIN
    height = len(layers) * _ROW - (_ROW - _BOX) + 2 * _MARGIN
    # Stages in the order of the data, as far as layers show it.
    order = list(dict.fromkeys(stages[rule] for rule in sorted(rules, key=lambda rule: place[rule]) if rule in stages))
    hues = {stage: (190 + round(360 * n / len(order))) % 360 for n, stage in enumerate(order)}
    lines = "".join(_line(edge, place, x) for edge in drawn)
    boxes = ""
    for rule in rules:
        node, stage = (rule, place[rule]), stages.get(rule, "")
        boxes += _box(rule, x[node], place[rule] * _ROW, width[node], labels[rule], stage, hues.get(stage))
    return (
        f'<svg class="rulegraph" role="img" aria-label="The rules, each below those it uses"'
        f' width="{right - left:.0f}" height="{height}" viewBox="{left:.1f} {-_MARGIN} {right - left:.1f} {height}"'
        f' font-family="system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif" font-size="{_FONT}" text-anchor="middle">'
        f'<g fill="none" stroke="#989db3" stroke-opacity=".6" stroke-width="1.5">{lines}</g>{boxes}</svg>'
    )


def _reduced(rules: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges without those that other ways imply."""
    below: dict[str, list[str]] = {rule: [end for start, end in edges if start == rule] for rule in rules}
    reach: dict[str, set[str]] = {}
    todo = list(rules)
    while todo:
        ready = [rule for rule in todo if all(user in reach for user in below[rule])]
        if not ready:
            raise ValueError(f"rules use each other in a circle: {', '.join(todo)}")
        for rule in ready:
            reach[rule] = set(below[rule]).union(*(reach[user] for user in below[rule]))
        todo = [rule for rule in todo if rule not in reach]
    return [(start, end) for start, end in edges if not any(end in reach[user] for user in below[start])]


def _layers_of(rules: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the layer of each rule: below all it uses, and where that leaves a choice, near those that use it."""
    place = dict.fromkeys(rules, 0)
    for _ in rules:
        for start, end in edges:
            place[end] = max(place[end], place[start] + 1)
    for rule in sorted(rules, key=lambda rule: -place[rule]):
        used_by = [place[end] for start, end in edges if start == rule]
        # What uses more than it is used by stays up: moving it down would make more long lines than it saves.
        if used_by and sum(end == rule for _, end in edges) <= len(used_by):
            place[rule] = min(used_by) - 1
    return place


def _with_lanes(edges: Sequence[Edge], place: Mapping[str, int]) -> tuple[Layers, Links]:
    """Return the nodes of each layer and the links between layers; all that leads on from a rule shares a lane."""
    nodes = {(rule, layer) for rule, layer in place.items()}
    links: set[tuple[Node, Node]] = set()
    for start, end in edges:
        way = [(start, layer) for layer in range(place[start], place[end])]
        nodes.update(way)
        links.update(pairwise([*way, (end, place[end])]))
    layers: Layers = [[] for _ in range(max(place.values()) + 1)]
    for node in sorted(nodes):
        layers[node[1]].append(node)
    return layers, sorted(links)


def _neighbours(links: Links) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for start, end in links:
        above.setdefault(end, []).append(start)
        below.setdefault(start, []).append(end)
    return above, below


def _ordered(layers: Layers, links: Links) -> Layers:
    """Return the layers in the order with the fewest crossings that sweeps down and up come across."""
    above, below = _neighbours(links)
    layers = [list(layer) for layer in layers]
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        sides = above if down else below
        for number in range(len(layers)) if down else reversed(range(len(layers))):
            neighbour = number - 1 if down else number + 1
            at = {node: n for n, node in enumerate(layers[neighbour])} if 0 <= neighbour < len(layers) else {}
            own = {node: n for n, node in enumerate(layers[number])}
            layers[number].sort(
                key=lambda node: _mean([at[side] for side in sides.get(node, []) if side in at], own[node])
            )
        crossings = _crossings(layers, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(layers: Layers, below: Mapping[Node, Sequence[Node]]) -> int:
    total = 0
    for upper, lower in pairwise(layers):
        at = {node: n for n, node in enumerate(lower)}
        ends = [sorted(at[end] for end in below.get(node, ())) for node in upper]
        flat = [end for group in ends for end in group]
        total += sum(later < earlier for n, earlier in enumerate(flat) for later in flat[n + 1 :])
    return total


def _spread(layers: Layers, links: Links, width: Mapping[Node, float]) -> dict[Node, float]:
    """Return where the middle of each node lies: near its neighbours, in the order of its layer, without overlap."""
    above, below = _neighbours(links)
    x: dict[Node, float] = {}
    for layer in layers:
        x |= _apart(layer, [0.0] * len(layer), width)
    for sweep in range(2 * _SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            sides = above if down else below
            x |= _apart(layer, [_mean([x[side] for side in sides.get(node, ())], x[node]) for node in layer], width)
    # Between both sides at last, from lane to lane above all: long lines become straight.
    for _ in range(_SWEEPS):
        for layer in layers:
            wishes = []
            for node in layer:
                ends = [*above.get(node, ()), *below.get(node, ())]
                ends += [end for end in ends if width[end] == width[node] == _LANE] * 8
                wishes.append(_mean([x[end] for end in ends], x[node]))
            x |= _apart(layer, wishes, width)
    return x


def _apart(layer: Sequence[Node], wishes: Sequence[float], width: Mapping[Node, float]) -> dict[Node, float]:
    """Return the places nearest the wishes (least squares) that keep order and gaps: pool adjacent violators."""
    offsets = [0.0]
    for left, right in pairwise(layer):
        offsets.append(offsets[-1] + (width[left] + width[right]) / 2 + _GAP)
    pools: list[list[float]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        pools.append([wish - offset])
        while len(pools) > 1 and _mean(pools[-2], 0) > _mean(pools[-1], 0):
            pools[-2:] = [pools[-2] + pools[-1]]
    places = [_mean(pool, 0) for pool in pools for _ in pool]
    return {node: place + offset for node, place, offset in zip(layer, places, offsets, strict=True)}


def _line(edge: Edge, place: Mapping[str, int], x: Mapping[Node, float]) -> str:
    start, end = edge
    here = x[start, place[start]]
    path = f"M{here:.1f} {place[start] * _ROW + _BOX}"
    for layer in range(place[start] + 1, place[end] + 1):
        there = x[end, layer] if layer == place[end] else x[start, layer]
        top, bottom = (layer - 1) * _ROW + _BOX, layer * _ROW
        middle = (top + bottom) / 2
        path += f"C{here:.1f} {middle:.1f} {there:.1f} {middle:.1f} {there:.1f} {bottom}"
        if layer < place[end]:
            path += f"V{bottom + _BOX}"
        here = there
    return f'<path d="{path}"/>'


def _label(rule: str, counts: Mapping[str, int]) -> str:
    return f"{rule} ×{counts[rule]}" if counts.get(rule, 0) > 1 else rule


def _box(rule: str, x: float, y: float, width: float, label: str, stage: str, hue: int | None) -> str:
    fill, line = ("#181b2b", "#7fd4ff") if hue is None else (f"hsl({hue} 40% 17%)", f"hsl({hue} 75% 70%)")
    name, count = label[: len(rule)], label[len(rule) :]
    return (
        f"<g>{f'<title>{escape(stage)}</title>' if stage else ''}"
        f'<rect x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" height="{_BOX}" rx="9"'
        f' fill="{fill}" stroke="{line}"/>'
        f'<text x="{x:.1f}" y="{y + 23}" fill="#eceef6">{escape(name)}<tspan fill="#989db3">{count}</tspan></text></g>'
    )
