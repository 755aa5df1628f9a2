"""The sections on how it was made: the rules, versions and digests, and how to make it again."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workflow_scripts.report.gather.configuration import as_yaml, seeds
from workflow_scripts.report.gather.versions import Made
from workflow_scripts.report.page.parts import Section, details, facts, note, table


def rules_section(drawing: str) -> Section:
    """Return the section with the drawing of the rules, an SVG element."""
    said = note("The rules of the workflow, and which one waits for which.")
    return Section("rules", "Workflow", f'{said}<div class="wide graph" tabindex="0">{drawing}</div>')


def versions_section(
    checkout: Mapping[str, str],
    installed: Mapping[str, str],
    recorded: Mapping[str, Sequence[str]],
    files: Sequence[Made],
    config: Mapping[str, Any],
) -> Section:
    """Return the section.

    Args:
        checkout: what is said of the project's own code.
        installed: {package: version} where the page was made.
        recorded: {package: versions} that the outputs say they were made with.
        files: outputs with their digests.
        config: the configuration.
    """
    versions = {name: _version(installed.get(name), recorded.get(name, [])) for name in sorted({*installed, *recorded})}
    digests = [
        [escape(each.path), f"<code>{escape(each.code)}</code>", f"<code>{escape(each.sha256)}</code>"]
        for each in files
    ]
    body = (
        note(
            "The checkout and the packages are those that this page was written with. What made each output is said"
            " beside it, and a package's other version where an output names one."
        )
        + facts(checkout)
        + "<h3>Packages</h3>"
        + facts(versions)
        + "<h3>Outputs</h3>"
        + table(("file in results", "code that made it", "SHA-256"), digests, "text code")
        + "<h3>Configuration</h3>"
        + note("With all defaults, and without how the network is reached.")
        + details("config.yaml", f'<pre tabindex="0">{escape(as_yaml(config))}</pre>')
    )
    return Section("versions", "Versions and digests", body)


def _version(installed: str | None, recorded: Sequence[str]) -> str:
    """Return the installed version, and what outputs were made with where that is another one."""
    others = [number for number in recorded if number != installed]
    return (installed or "not installed") + (f" (outputs: {', '.join(others)})" if others else "")


def reproduce_section(config: Mapping[str, Any], checkout: Mapping[str, str]) -> Section:
    """Return the section: commands, and all seeds."""
    commit = checkout.get("commit", "")
    commands = [
        *([f"git checkout {commit.rstrip('+')}"] if commit else []),
        *(["# and the changes that were not in it"] if commit.endswith("+") else []),
        "make setup",
        ". .venv/bin/activate",
        "# the configuration above, saved as mine.yaml",
        "snakemake --configfile mine.yaml --cores 4 report",
    ]
    said = note(
        "The same inputs, configuration, code, packages and kind of processor give the same numbers, but for times and"
        " memory. Videos from the web may have changed or gone; their digests are in results/videos."
    )
    shown = {path: str(value) for path, value in seeds(config).items()}
    return Section(
        "reproduce",
        "How to make it again",
        said + f'<pre tabindex="0">{escape(chr(10).join(commands))}</pre><h3>Seeds</h3>' + facts(shown),
    )
