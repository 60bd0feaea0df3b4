"""Licences and bill of materials: every distribution that the program needs is there, with its licence in full."""

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import __version__
from app.third_party.bill import bill, written
from app.third_party.component import Component, Text, canonical, dumped, loaded
from app.third_party.installed import installed
from app.third_party.notices import notices

MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PURL = re.compile(r"pkg:(pypi|generic|deb/debian)/[a-z0-9.+-]+@[^\s]+")


@pytest.fixture(scope="module")
def parts() -> list[Component]:
    return installed()


def asked_for() -> set[str]:
    """What pyproject.toml names, with what a server needs."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [line for line in project["dependencies"] if ";" not in line]
    lines += project["optional-dependencies"]["postgresql"]
    return {canonical(re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0]) for line in lines}


def test_every_distribution_that_the_project_asks_for_is_there_and_none_of_the_tests(parts):
    names = {canonical(one.name) for one in parts}
    assert asked_for() <= names
    assert {"python", "qt", "phosphor icons", "psycopg-binary", "urllib3"} <= names
    assert not {"pytest", "ruff", "mypy", "hypothesis", "learner-manager"} & names


def test_every_part_has_a_licence_and_its_text(parts):
    assert [one.name for one in parts if not one.has_licence] == []
    assert all(one.version for one in parts)
    by_name = {one.name: one.licence for one in parts}
    assert (by_name["Qt"], by_name["PySide6_Essentials"]) == ("LGPL-3.0-only", "LGPL-3.0-only")
    assert by_name["fontpkg-inter"] == "OFL-1.1"


def test_the_text_of_all_licences_names_every_part_and_repeats_none(parts):
    text = notices(parts)
    for one in parts:
        assert f"{one.name} {one.version}: {one.licence}" in text
    bodies = {one.content for part in parts for one in part.texts if len(one.content) > 500}
    alone = [body for body in bodies if not any(body in other for other in bodies - {body})]  # some hold others
    assert len(alone) > 20
    assert [body[:60] for body in alone if text.count(body.strip()) != 1] == []
    assert "may replace them with changed ones" in text


def test_the_bill_of_materials_has_the_shape_of_cyclonedx(parts):
    document = json.loads(written(bill(parts, MADE)))
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["serialNumber"])
    assert document["metadata"]["timestamp"] == "2026-01-02T03:04:05Z"
    program = document["metadata"]["component"]
    assert (program["type"], program["name"], program["version"]) == ("application", "learner-manager", __version__)
    refs = [one["bom-ref"] for one in document["components"]]
    assert len(set(refs)) == len(refs) == len(parts)
    for one in document["components"]:
        assert one.keys() == {"type", "bom-ref", "name", "version", "purl", "licenses"}
        assert PURL.fullmatch(one["purl"])
        assert one["licenses"]
    known = {*refs, program["bom-ref"]}
    assert {one["ref"] for one in document["dependencies"]} == known
    assert all(set(one["dependsOn"]) <= known for one in document["dependencies"])
    needs = {one["ref"].split("@")[0]: one["dependsOn"] for one in document["dependencies"]}
    assert any(ref.startswith("pkg:pypi/mako@") for ref in needs["pkg:pypi/alembic"])


def test_the_same_parts_give_the_same_document(parts):
    assert written(bill(parts, MADE)) == written(bill(list(reversed(parts)), MADE))
    fewer = bill(parts[1:], MADE)
    assert fewer["serialNumber"] != bill(parts, MADE)["serialNumber"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("MIT", {"expression": "MIT"}),
        ("Apache-2.0 OR BSD-3-Clause", {"expression": "Apache-2.0 OR BSD-3-Clause"}),
        ("GPL-2+ or AFL-2.1, and Expat", {"license": {"name": "GPL-2+ or AFL-2.1, and Expat"}}),
        ("As its copyright file says", {"license": {"name": "As its copyright file says"}}),
    ],
)
def test_an_expression_is_one_and_words_are_a_name(words, expected):
    one = Component("a", "1", words, "pkg:generic/a@1")
    assert bill([one], MADE)["components"][0]["licenses"] == [expected]


def test_what_is_shipped_is_read_as_it_was_written():
    part = Component("É", "1", "MIT", "pkg:generic/e@1", (Text("LICENSE", "x\ny"),), ("pkg:generic/f@1",), "A note.")
    assert loaded(dumped([part])) == [part]
