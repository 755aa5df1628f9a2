"""The configuration: checked against its schema, with messages a person understands, and completed with defaults."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import ORIGINAL, SONGS, TOGETHER

SCHEMA = Path(__file__).resolve().parents[2] / "config" / "schema.yaml"
_KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "object": "a mapping of keys to values",
    "array": "a list",
    "null": "null",
}

_RESERVED = {
    SONGS: "the songs to dance to",
    ORIGINAL: "the videos as they are",
    TOGETHER: "videos of all models side by side",
    # Files beside results/evaluation/<model>.json.
    "comparison": "the table of all models",
    "demo": "the demo corpus against its truth",
    "aistpp_details": "the protocol of AIST++",
}


def checked_config(config: Mapping[str, Any], schema: Path = SCHEMA) -> dict[str, Any]:
    """Return `config` with the schema's defaults filled in and `all` in `use` and `datasets` spelled out.

    A dataset's `collections` come out as a list of names, and their weights as `weights`.

    Raises:
        UserError: one line per mistake, each with the path of the key, what it must be and what it is.
    """
    rules = yaml.safe_load(schema.read_text(encoding="utf-8"))
    plain: dict[str, Any] = json.loads(json.dumps(config))  # our own copy, of plain types only
    messages = [_message(error) for error in Draft202012Validator(rules).iter_errors(plain)]
    if not messages:
        of_sound = rules.get("$defs", {}).get("sound_architecture", {}).get("enum", [])
        messages = list(_without_effect(plain, of_sound))
    if not messages:
        _fill_defaults(plain, rules, rules.get("$defs", {}))
        messages = list(_wrong_names(plain, of_sound))
    if messages:
        raise UserError("the configuration has mistakes:\n" + "\n".join(f"  {line}" for line in sorted(messages)))
    return plain


def as_written(config: Mapping[str, Any], schema: Path = SCHEMA) -> dict[str, Any]:
    """Return what `checked_config` returned in a form that it accepts again, and that means the same."""
    of_sound = yaml.safe_load(schema.read_text(encoding="utf-8"))["$defs"]["sound_architecture"]["enum"]
    plain: dict[str, Any] = json.loads(json.dumps(config))
    for collection in plain["collections"].values():
        for key in ("trim", "cutting") if "motion" in collection else ():
            collection.pop(key, None)
    for model in plain["models"].values():
        for key in ("augment", "generate") if model["architecture"] in of_sound else ("soundtrack",):
            model.pop(key, None)
    for dataset in plain["datasets"].values():
        if weights := dataset.pop("weights", {}):
            dataset["collections"] = {name: weights.get(name, 1) for name in dataset["collections"]}
    return plain


def _message(error: ValidationError) -> str:
    path = ".".join(str(part) for part in error.absolute_path) or "configuration"
    value = json.dumps(error.instance, ensure_ascii=False)
    value = value if len(value) <= 60 else value[:57] + "..."
    match error.validator:
        case "type":
            kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
            return f"{path}: must be {' or '.join(_KINDS[kind] for kind in kinds)}, not {value}"
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            unknown = [key for key in error.instance if key not in known]
            return "; ".join(f"{path}: unknown key {key!r}{_hint(key, known)}" for key in unknown)
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            return f"{path}: the key {missing[0]!r} is missing"
        case "enum":
            choices = error.schema.get("description") or f"one of {', '.join(map(str, error.validator_value))}"
            return f"{path}: must be {choices}, not {value}"
        case "const":
            return f"{path}: must be `{error.validator_value}` or a list of names, not {value}"
        case "minimum":
            return f"{path}: must be at least {error.validator_value}, not {value}"
        case "exclusiveMinimum":
            return f"{path}: must be more than {error.validator_value}, not {value}"
        case "maximum":
            return f"{path}: must be at most {error.validator_value}, not {value}"
        case "multipleOf":
            return f"{path}: must be a multiple of {error.validator_value}, not {value}"
        case "pattern":
            return f"{path}: {value} is not {error.schema.get('description', 'of the expected form')}"
        case "not":
            return f"{path}: the name {value} is reserved for {_RESERVED[error.instance]}; choose another"
        case "minLength":
            return f"{path}: must not be empty"
    return f"{path}: {error.message}"


def _hint(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(known)})"


def _fill_defaults(value: Any, rules: Mapping[str, Any], shared: Mapping[str, Any]) -> None:
    if not isinstance(value, dict):
        return
    if "$ref" in rules:
        rules = shared[rules["$ref"].removeprefix("#/$defs/")]
    properties: Mapping[str, Any] = rules.get("properties", {})
    for key, rule in properties.items():
        if "default" in rule:
            value.setdefault(key, json.loads(json.dumps(rule["default"])))
    for key, item in value.items():
        rule = properties.get(key, rules.get("additionalProperties"))
        if isinstance(rule, dict):
            _fill_defaults(item, rule, shared)


def _without_effect(config: Mapping[str, Any], of_sound: Sequence[str]) -> Iterator[str]:
    """Yield a message for each key that the kind of its collection or model makes no use of (before defaults are filled
    in)."""
    for name, collection in config["collections"].items():
        for key in ("trim", "cutting") if "motion" in collection else ():
            if key in collection:
                yield f"collections.{name}.{key}: is for videos; motion is taken whole"
        if "music" in collection and "motion" not in collection:
            yield f"collections.{name}.music: is for collections of motion; videos bring their own sound"
    for name, model in config["models"].items():
        makes_sound = model["architecture"] in of_sound
        for key in ("augment", "generate") if makes_sound else ("soundtrack",):
            if key in model:
                kind, other = ("dances", "sound") if makes_sound else ("sound", "dances")
                yield f"models.{name}.{key}: is for models that make {kind}; {model['architecture']} makes {other}"


def _wrong_names(config: dict[str, Any], of_sound: Sequence[str]) -> Iterator[str]:
    """Spell out `all`, and yield a message for each name that refers to nothing."""
    use = config["use"]
    sounding = [name for name, model in config["models"].items() if model["architecture"] in of_sound]
    known = {
        "collections": list(config["collections"]),
        "models": [name for name in config["models"] if name not in sounding],
        "soundtracks": sounding,
    }
    for key, names in known.items():
        if use[key] == "all":
            use[key] = names
        for name in use[key]:
            if name in config["models"] and key != "collections" and name not in names:
                kind, other = ("sound", "soundtracks") if name in sounding else ("dances", "models")
                yield f"use.{key}: {name} makes {kind}; name it in use.{other}"
            elif name not in names:
                yield f"use.{key}: there is no {name!r} in {'models' if names is sounding else key}{_hint(name, names)}"
    if use["models"] and not config["songs"]:
        yield "songs: nothing to dance to; name some, or no models that dance (use.models: [])"
    for name, collection in config["collections"].items():
        cutting = collection["cutting"]
        if cutting["max_seconds"] is not None and cutting["max_seconds"] < 2 * cutting["min_seconds"]:
            yield (
                f"collections.{name}.cutting.max_seconds: must be at least twice min_seconds "
                f"({cutting['min_seconds']:g}), not {cutting['max_seconds']:g}"
            )
    if (protocol := config["evaluate"]["aistpp"]) is not None:
        name = protocol["collection"]
        if config["collections"].get(name, {}).get("motion") != "aistpp":
            yield f"evaluate.aistpp.collection: there is no collection {name!r} with motion: aistpp"
        elif not isinstance(config["collections"][name]["source"], str):
            yield f"evaluate.aistpp.collection: {name} must have one source, the folder of AIST++"
    for dataset, entry in config["datasets"].items():
        if entry["mode"] == "window" and entry["stride_s"] > entry["window_s"]:
            yield (
                f"datasets.{dataset}.stride_s: must be at most window_s ({entry['window_s']:g}), "
                f"not {entry['stride_s']:g}: what lies between windows would be lost"
            )
        chosen = entry["collections"]
        entry["weights"] = chosen if isinstance(chosen, dict) else {}
        entry["collections"] = list(use["collections"]) if chosen == "all" else list(chosen)
        for name in entry["collections"]:
            if name not in config["collections"]:
                yield f"datasets.{dataset}.collections: there is no collection {name!r}"
    for model in use["models"] + use["soundtracks"]:
        if model in config["models"] and (name := config["models"][model]["dataset"]) not in config["datasets"]:
            yield f"models.{model}.dataset: there is no dataset {name!r}"
