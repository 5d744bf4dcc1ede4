"""The JSON document against its published schema."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.model import Acknowledgement, Problem, Verdict, WaiverState
from checks.outputs import render
from checks.serialise import to_dict
from report_samples import (
    EVERY,
    all_green,
    all_statuses,
    bad_config,
)

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parent.parent / "docs" / "gate-report.schema.json").read_text("utf-8"))


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


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
def test_the_schema_is_strict(place: tuple[str | int, ...], broken: object) -> None:
    document: Any = to_dict(all_statuses())
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = broken
    assert not validator().is_valid(document)


def test_the_schema_refuses_success_with_errors() -> None:
    document = to_dict(bad_config())
    document["exit_code"] = 0
    assert not validator().is_valid(document)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("check", Verdict),
        ("waiver", WaiverState),
        ("acknowledgement", Acknowledgement),
        ("problem", Problem),
    ],
)
def test_the_schema_has_the_fields_of_the_model(name: str, model: type[Any]) -> None:
    definition = SCHEMA["$defs"][name]
    names = [part.name for part in fields(model)]
    assert list(definition["properties"]) == definition["required"] == names


def test_the_schema_has_the_keys_of_the_report_in_order() -> None:
    assert list(SCHEMA["properties"]) == SCHEMA["required"] == list(to_dict(all_green()))
