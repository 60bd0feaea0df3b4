"""Sentences that keep their template: a `str` like any other, the same after a copy, never formatted twice."""

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.sentence import Sentence, joined, plural


def test_a_sentence_is_the_text_of_today():
    said = Sentence("There is no file {file}.", file="x.csv")
    assert said == "There is no file x.csv."
    assert hash(said) == hash("There is no file x.csv.")
    assert isinstance(said, str)
    assert said.startswith("There is")
    assert said.template == "There is no file {file}."
    assert said.values == {"file": "x.csv"}
    assert json.loads(json.dumps({said: [said]})) == {"There is no file x.csv.": ["There is no file x.csv."]}
    assert type(str(said)) is str, "what is written down is plain text"


@given(st.text(), st.text())
def test_what_is_put_in_is_never_a_template(name: str, other: str):
    inner = Sentence("{file}, which", file=name)
    assert Sentence("Of {one} and {two}.", one=inner, two=other) == f"Of {name}, which and {other}."
    assert Sentence(name) == name, "without values there is nothing to put in"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_keep_the_template(again):
    inner = Sentence("{n} {{rows}}", n=3)
    said = again(Sentence("Of {what}, {day}", what=inner, day="{today}"))
    assert (said, said.template) == ("Of 3 {rows}, {today}", "Of {what}, {day}")
    assert isinstance(said.values["what"], Sentence)
    assert said.values["what"].template == "{n} {{rows}}"


def test_an_error_keeps_its_sentences_wherever_it_goes():
    error = InputError(
        Sentence("There is no file {file}.", file="{x}"), hint=Sentence("Ask {who}.", who="Ann"), field="f"
    )
    assert str(error) == "There is no file {x}. Ask Ann."
    assert error.args == ("There is no file {x}.",)
    with pytest.raises(InputError) as caught:
        raise pickle.loads(pickle.dumps(error)).with_traceback(None)
    assert (caught.value.message.template, caught.value.hint.values) == ("There is no file {file}.", {"who": "Ann"})
    assert caught.value.field == "f"
    assert str(caught.value) == str(error)


def test_an_error_as_a_whole_is_one_sentence():
    error = InputError(Sentence("There is no file {file}.", file="{x}"), hint="Check the path.")
    assert error.whole == str(error) == "There is no file {x}. Check the path."
    assert isinstance(error.whole, Sentence)
    assert [one.template for one in error.whole.values.values()] == ["There is no file {file}.", "Check the path."]
    assert InputError("No.").whole == "No."


def test_a_sentence_of_a_sentence_is_itself():
    said = Sentence("Level {number}", number=3)
    assert Sentence(said) is said


def test_plural_forms_are_templates_of_their_own():
    assert (one := plural(1, "{n} row of {file}", "{n} rows of {file}", file="a")) == "1 row of a"
    assert (many := plural(1243, "{n} row of {file}", "{n} rows of {file}", file="a")) == "1,243 rows of a"
    assert (one.template, many.template) == ("{n} row of {file}", "{n} rows of {file}")


def test_lists_are_joined_by_a_template():
    assert joined("{these} or {last}", []) == ""
    assert joined("{these} or {last}", ["a"]) == "a"
    both = joined("{these} or {last}", ["a", Sentence("b {n}", n=1), "{c}"])
    assert both == "a or b 1 or {c}"
    assert isinstance(both, Sentence)
    assert both.template == "{these} or {last}"
    assert both.values["these"].template == "{these} or {last}"
