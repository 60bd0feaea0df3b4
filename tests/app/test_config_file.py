"""settings.toml: nothing is lost on the way there and back, and a broken file gets a sentence."""

import contextlib
import os
import stat
import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import CollegeSettings, LmsSettings, LrsSettings, Settings, load, options_of, save
from app.config_file import read_file, toml_value
from app.errors import InputError

anything = st.text(st.characters(exclude_categories=["Cs"]))
one_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=35)
codes = st.text("09azAZ", min_size=8, max_size=8)


@given(st.one_of(anything, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.lists(anything).map(tuple)))
def test_values_come_back_as_they_were(value):
    read = tomllib.loads(f"value = {toml_value(value)}")["value"]
    assert (tuple(read) if isinstance(read, list) else read) == value
    assert type(read) is (list if isinstance(value, tuple) else type(value))


@given(
    st.builds(
        LrsSettings,
        username=one_line,
        certificate_file=one_line,
        default_attainment_type=one_line,
        ukprn=codes,
        parallel=st.integers(1, 16),
        vendor_id=st.integers(0, 2**31 - 1),
        send_all_given_names=st.booleans(),
        confirmed_hosts=st.lists(st.sampled_from(["a.invalid", "b.invalid"])).map(tuple),
    ),
    codes,
)
def test_settings_come_back_as_they_were(tmp_path_factory, lrs, ukprn):
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(lrs=lrs, lms=LmsSettings(parallel=7), college=CollegeSettings(ukprn=ukprn))
    save(folder, settings)
    assert load(folder) == settings


def test_the_file_shows_every_setting_with_its_default_as_a_comment(tmp_path):
    save(tmp_path, Settings())
    text = (tmp_path / "settings.toml").read_text(encoding="utf-8")
    for section in Settings().sections:
        assert f"\n[{section.section}]\n" in text
        for one in options_of(section):
            assert f"\n# {one.name} = {toml_value(one.default)}\n" in text, one.name
            assert one.label in text
    assert tomllib.loads(text) == {"lrs": {}, "lms": {}, "database": {}, "college": {}}
    # Taking the # away from any of them gives a file that means the same.
    active = "\n".join(line[2:] if " = " in line and line[2:3].islower() else line for line in text.splitlines())
    (tmp_path / "settings.toml").write_text(active, encoding="utf-8")
    assert load(tmp_path) == Settings()


def test_a_changed_setting_stands_below_its_default(tmp_path):
    save(tmp_path, Settings(lrs=LrsSettings(parallel=8)))
    assert "\n# parallel = 4\nparallel = 8\n" in (tmp_path / "settings.toml").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_the_file_is_the_owners_alone_and_nothing_stays_beside_it(tmp_path):
    save(tmp_path, Settings())
    save(tmp_path, Settings(college=CollegeSettings(ukprn="19990002")))
    assert stat.S_IMODE((tmp_path / "settings.toml").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["settings.toml"]
    assert load(tmp_path).college.ukprn == "19990002"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[lrs]\nurl = \n", "line 2"),
        (b"[lrs", "cannot be read"),
        (b"[lrs]\nparallel = 4\nparallel = 5\n", "line 3"),
        ("[lrs]\nusername = 'Zoë'".encode("latin-1"), "UTF-8"),
        ("[lrs]\n".encode("utf-16"), "UTF-8"),
        (b"a = " + b"[" * 100_000, "cannot be read"),
        (b"#" * 1_000_001, "too large"),
    ],
)
def test_a_broken_file_gets_a_sentence(tmp_path, content, said):
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        load(tmp_path)
    assert "settings.toml" in caught.value.message
    assert caught.value.hint


def test_what_windows_editors_put_first_is_no_harm(tmp_path):
    (tmp_path / "settings.toml").write_bytes(b'\xef\xbb\xbf[college]\r\nukprn = "19990002"\r\n')
    assert load(tmp_path).college.ukprn == "19990002"


def test_a_folder_in_the_files_place(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(InputError, match="is not a file"):
        save(tmp_path, Settings())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("data") / "settings.toml"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert isinstance(read_file(path), dict)
