"""Opening a data folder, whatever it is called, and refusing an address that is none."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db.addresses import parsed
from app.db.database import Database
from app.errors import DatabaseError, InputError
from app.folders import DataFolder
from app.start import embedded_file, open_folder, sign_in

NAMES = ("plain", "what? who=x", "100%", "%41%2e", "a#b", "über & co", 'it\'s "quoted"', "?", "a;b,c=d", "x@y:z")


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataFolder]:
    place = tmp_path / request.param
    yield DataFolder(place)
    assert [one.name for one in tmp_path.iterdir()] == [place.name], "nothing was made beside it"


def test_a_folder_of_any_name(folder: DataFolder):
    assert embedded_file(folder) == folder.database_file
    _, db = open_folder(folder)
    with closing(db):
        assert db.file == folder.database_file
        user, _ = sign_in(db)
    assert folder.database_file.is_file()
    _, again = open_folder(folder)  # a second time, with what is there
    with closing(again):
        assert sign_in(again)[0] == user


def test_which_file_it_would_be(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    assert embedded_file(folder, f"sqlite:///{tmp_path}/other.sqlite") == tmp_path / "other.sqlite"
    assert embedded_file(folder, "postgresql+psycopg://clerk@db.invalid/learners") is None
    assert not folder.database_file.exists(), "nothing is opened"
    (folder.path / "settings.toml").write_text('[database]\nurl = "postgresql+psycopg://clerk@db.invalid/x"\n')
    assert embedded_file(folder) is None


@pytest.mark.parametrize(
    "address", ["nonsense", "", "http://x.invalid/", "mysql://root:hunter22@x.invalid/y", "postgresql+moon://x/y"]
)
def test_an_address_that_is_none(address: str):
    with pytest.raises((InputError, DatabaseError), match=r"understood|lacks") as failure:
        Database(address).close()
    assert failure.value.hint
    assert "hunter22" not in str(failure.value)


def test_an_address_in_its_parts():
    assert parsed("postgresql+psycopg://clerk@db.invalid/learners").host == "db.invalid"
