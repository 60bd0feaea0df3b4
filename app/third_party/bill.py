"""The software bill of materials, as CycloneDX 1.6 (ECMA-424) in JSON."""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app import __version__
from app.third_party.component import Component, by_name

SPEC = "1.6"
_OURS = f"pkg:pypi/learner-manager@{__version__}"
_ID = re.compile(r"(?:[A-Za-z0-9.+]+-)*[A-Za-z0-9.+]+")
_EXPRESSION = re.compile(rf"{_ID.pattern}(?: (?:OR|AND|WITH) {_ID.pattern})*")


def bill(components: Sequence[Component], made: datetime) -> dict[str, Any]:
    """The document about the program and its `components`, made at `made`; the same for the same parts and time."""
    parts = by_name(components)
    refs = {one.purl for one in parts}
    listed = [_listed(one) for one in parts]
    program = {
        "type": "application",
        "bom-ref": _OURS,
        "name": "learner-manager",
        "version": __version__,
        "purl": _OURS,
        "licenses": [{"license": {"id": "MIT"}}],
    }
    needs = [{"ref": one.purl, "dependsOn": [need for need in one.needs if need in refs]} for one in parts]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([_OURS, made.isoformat(), listed]))}",
        "version": 1,
        "metadata": {"timestamp": made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "component": program},
        "components": listed,
        "dependencies": [{"ref": _OURS, "dependsOn": sorted(refs)}, *needs],
    }


def _listed(one: Component) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
    }
    if one.licence:
        said["licenses"] = [_licence(one.licence)]
    return said


def _licence(words: str) -> dict[str, Any]:
    """An SPDX expression as one; what the authors say otherwise as a name."""
    if _EXPRESSION.fullmatch(words):
        return {"expression": words}
    return {"license": {"name": words}}


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
