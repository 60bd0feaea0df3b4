"""What the help names is there: commands in the action list, everything else word for word in the program."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.ui.every_dialog import MADE
from ui.action_list import action_list
from ui.help.pages_made import bold_in, book, commands_of, keyboard, keys_of
from ui.help.where import DIALOGS, FROM_OPENER, PAGES
from ui.page_stack import TITLES
from ui.pages.home_month import TITLES as STEPS
from ui.plots.words import PLOTS
from ui.plr_window import KEYS

ROOT = Path(__file__).resolve().parents[2]
BOOK = book()
TOPICS = [topic for topic in BOOK if topic.id != "keyboard"]


@cache
def program() -> str:
    """The source of all that is shown."""
    found = [file.read_text(encoding="utf-8") for place in ("ui", "app") for file in (ROOT / place).rglob("*.py")]
    return "\n".join(found)


def italics_in(text: str) -> list[str]:
    return re.findall(r"\*([^*]+)\*", " ".join(text.replace("**", "").split()))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_what_is_bold_is_a_command_of_the_ribbon(topic):
    commands = {one.text for one in action_list() if one.on_ribbon}
    assert [one for one in bold_in(topic.text) if one not in commands] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_what_is_in_italics_stands_in_the_program_word_for_word(topic):
    assert [
        one for one in italics_in(topic.text) if not re.search(rf'"{re.escape(one)}(?:["….]| \{{)', program())
    ] == []


def test_every_page_has_a_topic():
    assert PAGES.keys() >= {*TITLES, "plr_window"}
    assert [one for one in PAGES.values() if one not in BOOK] == []


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_every_dialog_has_a_topic(kind):
    """A new dialog needs one line of `DIALOGS` in ui/help/where.py."""
    names = [one.__name__ for one in kind.__mro__]
    assert [one for one in names if DIALOGS.get(one) in BOOK] or FROM_OPENER & set(names)


def test_no_line_is_about_a_dialog_that_there_is_not():
    shown = {one.__name__ for kind in MADE for one in kind.__mro__}
    assert {one for one in DIALOGS if f'name="{one}"' not in program() and one not in shown} <= {"save_file"}
    assert [one for one in DIALOGS.values() if one not in BOOK] == []


def test_the_map_of_the_keyboard_has_every_command_with_its_keys():
    text = keyboard(action_list())
    for one in action_list():
        if one.on_ribbon:
            assert f"| {one.text} | {keys_of(one)} |" in text


def test_the_map_of_the_keyboard_has_every_key_of_the_plr_window():
    part = keyboard(action_list()).partition("PLR) window")[2].partition("## ")[0]
    assert [keys for keys in KEYS.values() if f"| {keys.replace('+', ' ')} |" not in part] == []


def test_the_commands_of_a_topic_are_those_of_its_own_area():
    found = {one.text: one for one in commands_of(BOOK["imports"], action_list())}
    assert found["Undo"].id == "imports.undo"
    assert "Load Learners" not in found


def test_home_tells_of_every_step_of_the_month_in_order_and_of_every_figure():
    told = italics_in(BOOK["home"].text)
    assert [one for one in told if one in list(STEPS.values())] == list(STEPS.values())
    assert [one for one in PLOTS.values() if one.title not in told] == []


def test_a_button_that_is_grey_for_want_of_a_licence_leads_to_the_licences():
    [line] = [one for one in BOOK["plr"].text.splitlines() if "want of a licence" in one]
    assert "](licences)" in line
