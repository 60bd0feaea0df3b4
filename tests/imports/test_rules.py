"""Every rule of the course record imports has a test that bears its mark, and the document tells of them all."""

from app.imports.rules import RULES
from tests.bench.rules import IMPORT_RULES, IMPORTS_DOCUMENT, imports_document, marks


def test_every_rule_is_proved():
    found = marks()
    assert [rule for rule in IMPORT_RULES if rule not in found] == []


def test_the_document_is_up_to_date():
    assert IMPORTS_DOCUMENT.read_text(encoding="utf-8") == imports_document(), "run: python -m tests.bench.rules"


def test_there_is_no_28_and_no_29():
    assert list(RULES) == [f"CR-{number:02}" for number in range(1, 46) if number not in (28, 29)]
