"""The picture of a graph of rules: layers, order, places, and text of strangers."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from workflow_scripts.report.dag import rulegraph_svg

DIAMOND = [("top", "left"), ("top", "right"), ("left", "bottom"), ("right", "bottom")]


def boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    """{label: (left, top, right, bottom)}"""
    found = {}
    for group in ET.fromstring(svg).iter("g"):
        box, text = group.find("rect"), group.find("text")
        if box is not None and text is not None:
            left, top, width, height = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
            found["".join(text.itertext())] = (left, top, left + width, top + height)
    return found


def paths(svg: str) -> list[str]:
    return [path.attrib["d"] for path in ET.fromstring(svg).iter("path")]


def test_every_rule_lies_below_those_it_uses_and_none_on_another() -> None:
    edges = [*DIAMOND, *((f"leaf{n}", "bottom") for n in range(5)), ("top", "leaf3")]
    places = boxes(rulegraph_svg(edges))
    assert len(places) == 9
    assert all(places[start][3] < places[end][1] for start, end in edges)
    rows: dict[float, list[tuple[float, float]]] = {}
    for left, top, right, _ in places.values():
        rows.setdefault(top, []).append((left, right))
    assert all(one[1] < other[0] for row in rows.values() for one, other in pairwise(sorted(row)))


def test_all_lies_within_the_picture() -> None:
    svg = rulegraph_svg([*DIAMOND, ("a_rule_with_a_rather_long_name", "bottom")], {"top": 1234})
    left, top, width, height = map(float, re.search(r'viewBox="([^"]+)"', svg).group(1).split())  # type: ignore[union-attr]
    for box in boxes(svg).values():
        assert left <= box[0] < box[2] <= left + width
        assert top <= box[1] < box[3] <= top + height


def test_what_follows_from_other_edges_is_not_drawn() -> None:
    assert len(paths(rulegraph_svg([("a", "b"), ("b", "c"), ("a", "c")]))) == 2


def test_a_long_line_runs_round_the_boxes_it_passes() -> None:
    """The way from `a` to `e` by `x` is shorter than the one by `b`, `c`, `d`: its line passes their layers."""
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("a", "x"), ("x", "e")]
    svg = rulegraph_svg(edges)
    places = boxes(svg)
    straight = [
        (float(x), float(y)) for path in paths(svg) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)V", path)
    ]  # where a line goes straight down past a layer
    assert len(straight) == 2
    for x, y in straight:
        assert not any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in places.values())


def test_lines_that_need_not_cross_do_not() -> None:
    """In the order of their names, the two lines would cross."""
    places = boxes(rulegraph_svg([("a", "z"), ("b", "y")]))
    assert (places["a"][0] < places["b"][0]) == (places["z"][0] < places["y"][0])


def test_the_order_of_the_edges_changes_nothing() -> None:
    assert rulegraph_svg(DIAMOND) == rulegraph_svg(DIAMOND[::-1]) == rulegraph_svg([*DIAMOND, *DIAMOND])


def test_jobs_are_counted_and_rules_alone_are_drawn() -> None:
    assert set(boxes(rulegraph_svg([("a", "b")], {"a": 3, "b": 1, "alone": 2}))) == {"a ×3", "b", "alone ×2"}
    assert rulegraph_svg([]) == ""


def test_rules_of_one_stage_have_one_colour() -> None:
    svg = rulegraph_svg([("a", "b"), ("b", "c")], stages={"a": "pose", "b": "pose", "c": "music"})
    colours = [box.attrib["fill"] for box in ET.fromstring(svg).iter("rect")]
    assert colours[0] == colours[1] != colours[2]


def test_text_of_strangers_stays_text() -> None:
    svg = rulegraph_svg([("<script>", "b&c")], stages={"b&c": "<b>"})
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert set(boxes(svg)) == {"<script>", "b&c"}


def test_a_circle_is_named() -> None:
    with pytest.raises(ValueError, match="circle: a, b"):
        rulegraph_svg([("a", "b"), ("b", "a")])
