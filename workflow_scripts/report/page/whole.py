"""The report as one page: its head, the table of contents, the sections."""

from collections.abc import Mapping, Sequence
from html import escape

from workflow_scripts.report.page.films import SCRIPT
from workflow_scripts.report.page.parts import Section
from workflow_scripts.report.page.style import STYLE
from workflow_scripts.workflow.html_page import html_page

_WHAT = (
    "What this run of playlist2dance was fed, what its models learned, how their dances compare with controls, and what"
    " made it all. Everything is in this one file; only the links to whole videos lead into the folder beside it."
)


def report_page(numbers: Mapping[str, str], sections: Sequence[Section]) -> str:
    """Return the page.

    Args:
        numbers: {what: how many} for the head.
        sections: in their order.
    """
    tiles = "".join(f"<li><b>{escape(value)}</b>{escape(name)}</li>" for name, value in numbers.items())
    contents = "".join(f'<li><a href="#{each.anchor}">{escape(each.title)}</a></li>' for each in sections)
    body = (
        f'<p class="what">{escape(_WHAT)}</p><ul class="tiles">{tiles}</ul>'
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav>'
        + "".join(
            f'<section id="{each.anchor}"><h2>{escape(each.title)}</h2>{each.html}</section>\n' for each in sections
        )
    )
    return html_page("playlist2dance", "report", body, STYLE, SCRIPT)
