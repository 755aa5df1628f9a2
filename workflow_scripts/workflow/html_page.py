"""The look that all pages of the workflow share. A page is one file: nothing is fetched from elsewhere."""

import base64
import hashlib
from string import Template

_SHARED_STYLE = """
:root { color-scheme: dark; --ink: #eceef6; --dim: #989db3; --line: #262a3d; --accent: #7fd4ff }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1800px; padding: clamp(20px, 4vw, 56px); min-height: 100vh; color: var(--ink);
  font: 16px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  background: radial-gradient(1200px 600px at 15% -10%, #23305a66, transparent),
    radial-gradient(1000px 600px at 100% 0, #4d1f5a55, transparent), #0c0e17 }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 18px; margin-bottom: 36px }
h1 { font-size: clamp(26px, 4vw, 40px); letter-spacing: -.02em; margin: 0;
  background: linear-gradient(90deg, #7fd4ff, #c79bff 55%, #ff8fc7);
  -webkit-background-clip: text; background-clip: text; color: transparent }
header p { color: var(--dim); margin: 0 }
section { margin: 0 0 44px }
h2 { font-size: 20px; font-weight: 600; margin: 0 0 14px; padding-bottom: 10px; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere }
"""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src 'self' file: data:; style-src 'unsafe-inline';
 script-src $allowed; base-uri 'none'; form-action 'none'">
<title>$title</title>
<style>$shared$style</style>
<header><h1>$title</h1><p>$summary</p></header>
<main>
$body</main>
$script</html>
"""


def html_page(title: str, summary: str, body: str, style: str, script: str = "") -> str:
    """Return a page. All arguments are taken as they are: text of strangers has to be escaped before.

    Args:
        title: stands in the tab and at the top.
        summary: one line beside it.
        body: HTML of the page's sections.
        style: CSS besides what all pages share.
        script: JavaScript at the end.
    """
    return Template(_PAGE).substitute(
        title=title,
        shared=_SHARED_STYLE,
        style=style,
        summary=summary,
        body=body,
        # Only this very script runs, whatever text of strangers might slip into a page.
        allowed=hash_source(script) if script else "'none'",
        script=f"<script>{script}</script>\n" if script else "",
    )


def hash_source(text: str) -> str:
    """Return what allows an inline script or style with exactly this text in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which gets an s where it is not one."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
