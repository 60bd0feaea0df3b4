"""Every rule of the synchronisation has a test that bears its mark, and the document tells of them all."""

from app.lms.errors import CAUSES, Action, Whose
from tests.bench.rules import (
    DOCUMENT,
    EXTRACT_RULES,
    EXTRACTS_DOCUMENT,
    IMPORT_RULES,
    RULES,
    document,
    extracts_document,
    marks,
)


def test_every_rule_is_proved_and_every_mark_names_a_rule():
    found = marks()
    assert [rule for rule in RULES if rule not in found] == []
    assert [rule for rule in EXTRACT_RULES if rule not in found] == []
    assert sorted(set(found) - set(RULES) - set(EXTRACT_RULES) - set(IMPORT_RULES)) == []


def test_the_documents_are_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.bench.rules"
    assert EXTRACTS_DOCUMENT.read_text(encoding="utf-8") == extracts_document(), "run: python -m tests.bench.rules"


def test_every_cause_has_a_sentence_a_next_step_and_somebody_whose_move_it_is():
    assert list(CAUSES) == [f"SE-{number:02}" for number in range(1, 26)]
    for one in CAUSES.values():
        assert one.sentence.endswith(".")
        assert one.advice.endswith((".", "?"))
        assert isinstance(one.whose, Whose)
        assert (one.action is Action.NONE) == one.information, one.code
