"""No parser is forgotten, and no list says more than there is."""

from collections import Counter

import pytest

from tests.fuzz import kept
from tests.fuzz.__main__ import main
from tests.fuzz.document import DOCUMENT, written
from tests.fuzz.registry import NO_PARSERS, PARSERS
from tests.fuzz.sites import sites

MOST_FILES, MOST_BYTES = 1_500, 1_000_000


def test_every_call_that_takes_bytes_apart_is_fuzzed_or_is_said_why_not():
    fuzzed = {site for one in PARSERS.values() for site in one.sites}
    excused = Counter(site for listed in NO_PARSERS.values() for site in listed)
    assert not [site for site, count in excused.items() if count > 1]
    assert not fuzzed & excused.keys()
    assert fuzzed | excused.keys() == sites().keys()


def test_every_parser_has_inputs_and_they_are_small_and_few():
    names = [one.name for one in kept.FOLDER.iterdir() if one.is_dir()]
    assert sorted(names) == sorted(PARSERS)
    files = [one for one in kept.FOLDER.rglob("*") if one.is_file()]
    assert all(one.name.partition("-")[0] in (kept.SEED, kept.NEW, kept.FAILED) for one in files)
    assert len(files) <= MOST_FILES
    assert sum(one.stat().st_size for one in files) <= MOST_BYTES


def test_the_document_says_what_the_runs_came_to():
    assert DOCUMENT.read_text(encoding="utf-8") == written()


def test_the_command_lists_them_and_knows_no_others(capsys):
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == list(PARSERS)
    with pytest.raises(SystemExit):
        main(["nothing_of_the_kind"])
    assert "no such parser: nothing_of_the_kind" in capsys.readouterr().err
