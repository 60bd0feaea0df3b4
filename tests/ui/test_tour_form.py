"""In which form the tour takes its pictures."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path

import pytest

from ui.tour import form


def options(*words: str):
    parser = ArgumentParser()
    form.add_options(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    "words", [["--size", "1366"], ["--size", "1366x99"], ["--size", "9999x768"], ["--scale", "90"], ["--look", "red"]]
)
def test_what_is_no_form_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        options(*words)
    assert words[0] in capsys.readouterr().err


def test_the_screen_has_the_size_and_scale_that_were_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("QT_SCALE_FACTOR", raising=False)
    with form.screen_of(options("--size", "1366x768", "--scale", "150")):
        assert os.environ["QT_SCALE_FACTOR"] == "1.5"
        file = Path(os.environ["QT_QPA_PLATFORM"].partition("configfile=")[2])
        [screen] = json.loads(file.read_text(encoding="utf-8"))["screens"]
        assert (screen["width"], screen["height"]) == (2049, 1152)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert "QT_SCALE_FACTOR" not in os.environ
    assert not file.exists()


def test_a_real_screen_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    with form.screen_of(options("--size", "1366x768")):
        assert os.environ["QT_QPA_PLATFORM"] == "xcb"
