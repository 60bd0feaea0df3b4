"""The help's texts: every link and picture is there, every rule has an entry, and the search finds."""

import re

import pytest

from app.connectors.lrs_codes import CODES
from app.help import rules
from app.help.search import Index, plain_text
from app.help.topics import FIRST, GROUPS, Book, folder
from app.imports.rules import RULES as ROW_RULES
from app.lms.errors import CAUSES
from tests.bench.rules import EXTRACT_RULES, IMPORT_RULES
from tests.bench.rules import RULES as LMS_RULES
from ui.help.page_document import place_of
from ui.help.pages_made import book

BOOK = book()
WRITTEN = [topic for topic in BOOK if (folder() / f"{topic.id}.md").is_file()]
MOST_BYTES = 2_000_000


@pytest.mark.parametrize("topic", BOOK.topics, ids=lambda topic: topic.id)
def test_a_topic_begins_with_its_title_and_leads_only_to_what_is_there(topic):
    assert topic.text.startswith("# ")
    assert topic.title
    for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", topic.text):
        page, heading = place_of(link)
        assert page in BOOK, link
        assert not heading or heading in [one.heading for one in BOOK[page].sections], link
    for words, name in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", topic.text):
        assert words, f"{name}: a picture needs words for who cannot see it"
        assert (folder() / name).is_file(), name


def test_every_file_is_a_topic_and_every_picture_is_shown():
    files = {one.name for one in folder().iterdir() if one.name.endswith(".md")}
    assert files == {f"{topic.id}.md" for topic in WRITTEN}
    shown = {name for topic in BOOK for name in re.findall(r"\(pictures/([^)]+)\)", topic.text)}
    there = {one.name: len(one.read_bytes()) for one in (folder() / "pictures").iterdir()}
    assert there.keys() == shown
    assert sum(there.values()) <= MOST_BYTES
    assert FIRST in BOOK
    assert all(GROUPS.values())


@pytest.mark.parametrize(
    ("known", "page"),
    [
        (CODES, rules.LRS),
        (CAUSES, rules.LMS),
        (ROW_RULES, rules.IMPORTS),
        (LMS_RULES, rules.LMS),
        (EXTRACT_RULES, rules.EXTRACTS),
        (IMPORT_RULES, rules.IMPORTS),
    ],
    ids=["lrs", "causes", "rows", "lms", "extracts", "imports"],
)
def test_every_rule_has_an_entry_with_words(known, page):
    for rule in known:
        assert rules.topic_of(rule) == page
        entry = rules.entries(page)[rule]
        assert entry.title
        assert len(entry.text.split()) > 4, rule
        assert rules.heading_of(rule) in [one.heading for one in BOOK[page].sections]


def test_no_entry_is_about_a_rule_that_there_is_not():
    known = {*CODES, *CAUSES, *LMS_RULES, *EXTRACT_RULES, *IMPORT_RULES}
    assert {rule for page in rules.pages() for rule in rules.entries(page)} == known
    assert rules.topic_of("CR-99") == rules.topic_of("") == ""


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("WSEC0206", "rules-lrs"),
        ("share record", "rules-lrs"),
        ("se-12", "rules-lms"),
        ("UNLÓCK hang", "imports"),
        ("flood", "learners"),
    ],
)
def test_the_search_finds_whatever_capitals_and_accents(typed: str, topic: str):
    hits = Index(BOOK).find(typed)
    assert topic in [hit.topic for hit in hits]
    words = (hits[0].title + hits[0].heading + hits[0].excerpt).casefold()
    assert typed.split(maxsplit=1)[0].casefold().replace("ó", "o")[:4] in words


def test_what_is_in_the_heading_comes_first():
    assert Index(BOOK).find("CR-31")[0].heading.startswith("CR-31: ")
    assert Index(BOOK).find("users and roles")[0].topic == "users"


def test_every_word_must_be_there_and_begin_a_word():
    index = Index(BOOK)
    assert index.find("learner zzzz") == []
    assert index.find("earner") == []
    assert index.find("   ") == []
    assert index.find("(*[") == []


def test_the_words_of_a_text_are_read_without_its_marks():
    text = "## A\n\n1. Press **Save** in [the page](x), `now`\n\n![shown](pictures/a.png)\n| a | b |"
    assert plain_text(text) == "A Press Save in the page, now a b"


def test_a_topic_without_a_file_is_an_error():
    with pytest.raises(FileNotFoundError):
        Book({})
