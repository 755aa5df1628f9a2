"""The configuration of a run as its user could have written it, to be shown and used again."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from workflow_scripts.workflow.config import as_written

# How the network is reached is nobody's business: a proxy's URL may hold a password. It makes no result another one.
NETWORK = ("cookies", "proxy", "rate_limit_kb", "sleep_s", "retries", "timeout_s")
# Of http://name:password@host/, what no page tells.
_LOGIN = re.compile(r"(?i)\b(https?://)[^\s/?#]*@")


def reusable(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked configuration (see `workflow.config`) in a form that is valid again.

    It is without `NETWORK`, and its addresses are without logins.
    """
    plain = as_written(config)
    for key in NETWORK:
        plain["download"].pop(key, None)
    return {key: _without_logins(value) for key, value in plain.items()}


def without_login(text: str) -> str:
    """Return a text whose addresses tell no name and no password."""
    return _LOGIN.sub(r"\1", text)


def _without_logins(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_logins(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_logins(each) for each in value]
    return without_login(value) if isinstance(value, str) else value


def as_yaml(config: Mapping[str, Any]) -> str:
    """Return a configuration as YAML, sorted by key."""
    return yaml.safe_dump(dict(config), sort_keys=True, allow_unicode=True)


def seeds(config: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return {path of the key: value} of everything in a configuration that is named `seed`."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            found |= seeds(value, here)
        elif key == "seed":
            found[here] = value
    return found
