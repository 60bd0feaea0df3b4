"""Every rule of the course record imports has a test that bears its mark, and the document tells of them all."""

from app.imports.rules import RULES
from tests.bench.rules import IMPORT_RULES, IMPORTS_DOCUMENT, imports_document, marks

NOT_PROVED_YET: tuple[str, ...] = (
    "CR-L1", "CR-L2", "CR-L3", "CR-L4", "CR-L5", "CR-L6", "CR-L7", "CR-L8", "CR-L9", "CR-L10", "CR-U1", "CR-U2",
)  # fmt: skip
"""What its owner still has to prove: shrinks to nothing, and then the document must be up to date."""


def test_every_rule_is_proved():
    found = marks()
    assert [rule for rule in IMPORT_RULES if rule not in found and rule not in NOT_PROVED_YET] == []


def test_the_document_is_up_to_date():
    told = IMPORTS_DOCUMENT.read_text(encoding="utf-8")
    assert [rule for rule in IMPORT_RULES if f"| {rule} | {IMPORT_RULES[rule]} |" not in told] == []
    if not NOT_PROVED_YET:
        assert told == imports_document(), "run: python -m tests.bench.rules"


def test_there_is_no_28_and_no_29():
    assert list(RULES) == [f"CR-{number:02}" for number in range(1, 46) if number not in (28, 29)]
