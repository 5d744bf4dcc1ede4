"""The JSON document against its published schema."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.core.model import (
    Acceptance,
    Acknowledgement,
    Problem,
    Verdict,
    WaiverState,
    written_fields,
)
from checks.core.serialise import to_dict
from checks.outputs import render
from tests.outputs.report_samples import (
    EVERY,
    all_green,
    all_statuses,
    bad_config,
    three_days,
)

FOLDER = Path(__file__).parent
SCHEMA = json.loads((FOLDER.parent.parent / "docs" / "gate-report.schema.json").read_text("utf-8"))


#: Keys that were added later: documents of earlier versions do not have them.
ADDED = {
    "report": {"acceptances", "days"},
    "check": {"because", "since_days", "explanation", "subjects"},
    "waiver": {"data_date", "subjects"},
}


#: Only a report of several data dates has it.
OF_SEVERAL = "days"


def strict() -> dict[str, Any]:
    """The published schema with every key required, and no others: what this version prints."""
    schema = copy.deepcopy(SCHEMA)
    for definition in (schema, *schema["$defs"].values()):
        if "properties" in definition:
            definition["required"] = [key for key in definition["properties"] if key != OF_SEVERAL]
            definition["additionalProperties"] = False
    return schema


def validator(schema: dict[str, Any] | None = None) -> jsonschema.Draft202012Validator:
    used = schema or strict()
    jsonschema.Draft202012Validator.check_schema(used)
    return jsonschema.Draft202012Validator(used)


@pytest.mark.parametrize("sample", EVERY)
def test_json_is_ascii_and_follows_the_schema_without_loss(sample: str) -> None:
    text = render("json", EVERY[sample]())
    assert text.isascii()
    assert json.loads(text) == to_dict(EVERY[sample]())
    validator().validate(json.loads(text))


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (("extra",), 1),
        (("schema",), "andon.gate/2"),
        (("verdict",), "waived"),
        (("exit_code",), 130),
        (("evaluated_at",), "2025-03-09T06:12:30"),
        (("checks", 0, "extra"), 1),
        (("checks", 0, "status"), "fine"),
        (("checks", 0, "value"), "0.05"),
        (("checks", 0, "details"), None),
        (("checks", 1, "waiver", "extra"), 1),
        (("checks", 1, "acknowledgement", "owner"), None),
        (("waivers", 0, "until"), "soon"),
        (("errors",), [{"message": "x"}]),
    ],
)
def test_the_strict_schema_is_strict(place: tuple[str | int, ...], broken: object) -> None:
    document: Any = to_dict(all_statuses())
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = broken
    assert not validator().is_valid(document)


@pytest.mark.parametrize(
    "place", [(), ("checks", 0), ("checks", 1, "waiver"), ("checks", 1, "acknowledgement")]
)
def test_the_published_schema_lets_later_versions_add_keys(place: tuple[str | int, ...]) -> None:
    document: Any = to_dict(all_statuses())
    inner = document
    for key in place:
        inner = inner[key]
    inner["extra"] = {"of": "a later version"}
    validator(SCHEMA).validate(document)


def test_the_published_schema_takes_documents_from_before_a_key_was_added() -> None:
    document: Any = to_dict(all_statuses())
    waivers = [
        *document["waivers"],
        *(check["waiver"] for check in document["checks"] if check["waiver"]),
    ]
    parts = {"report": [document], "check": document["checks"], "waiver": waivers}
    for kind, keys in ADDED.items():
        for part in parts[kind]:
            for key in keys & part.keys():
                del part[key]
    validator(SCHEMA).validate(document)


def test_the_schema_refuses_success_with_errors() -> None:
    document = to_dict(bad_config())
    document["exit_code"] = 0
    assert not validator().is_valid(document)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("check", Verdict),
        ("waiver", WaiverState),
        ("acceptance", Acceptance),
        ("acknowledgement", Acknowledgement),
        ("problem", Problem),
    ],
)
def test_the_schema_has_the_fields_of_the_model(name: str, model: type[Any]) -> None:
    definition = SCHEMA["$defs"][name]
    names = [part.name for part in written_fields(model)]
    assert list(definition["properties"]) == names
    added = ADDED.get(name, set())
    assert definition["required"] == [name for name in names if name not in added]


def test_the_schema_has_the_keys_of_the_report_in_order() -> None:
    keys = list(to_dict(three_days()))
    assert list(to_dict(all_green())) == keys[:-1] == [key for key in keys if key != OF_SEVERAL]
    assert list(SCHEMA["properties"]) == keys
    assert SCHEMA["required"] == [key for key in keys if key not in ADDED["report"]]
