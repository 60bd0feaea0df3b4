"""What is built for others to install: what the folder leaves out, and the Debian package around it."""

import json
import re
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app import __version__
from app.folders import DataFolder
from app.third_party.bill import bill
from app.third_party.component import Component
from app.third_party.installed import installed
from app.third_party.notices import notices
from resources.packaging import check, collected, deb, icons, trimmed, windows
from resources.packaging.elf import links, orphans

linux = pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and shutil.which("objdump")), reason="needs dpkg-deb, and objdump of binutils"
)


def test_a_library_that_only_what_is_left_out_needs_goes_with_what_it_needs_itself():
    none: frozenset[str] = frozenset()
    loose = {"gtk": frozenset({"pango"}), "pango": none, "glib": frozenset({"pcre"}), "pcre": none}
    assert orphans(loose, [frozenset({"glib", "c"})]) == {"gtk", "pango"}
    assert orphans(loose, []) == loose.keys()


@pytest.mark.parametrize(
    ("place", "stays"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/translations/qtbase_en.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("qtawesome/fonts/phosphor-1.3.0.ttf", True),
        ("qtawesome/fonts/fontawesome5-brands-webfont-5.15.4.ttf", False),
        ("fontpkg_inter/files/Inter[opsz,wght].ttf", True),
        ("fontpkg_inter/files/Inter-Italic[opsz,wght].ttf", False),
        ("numpy/_core/tests/data/astype_copy.pkl", False),
        ("app/db/migrations/env.py", True),
    ],
)
def test_what_the_folder_leaves_out(place: str, stays: bool):
    assert (trimmed.kept([(place, "", "DATA")]) != []) is stays


def test_libraries_of_numpy_are_not_stripped():
    """Stripped, its OpenBLAS cannot be loaded any more."""
    blas, other = ("numpy.libs/libblas.so", "/b.so", "BINARY"), ("numpy/core.so", "/c.so", "EXTENSION")
    assert trimmed.never_stripped([blas, other]) == ([other], [("numpy.libs/libblas.so", "/b.so", "DATA")])


def test_the_icon_is_drawn_in_every_size(qapp: object, tmp_path: Path):
    icons.write(tmp_path)
    for size in icons.SIZES:
        image = QImage(str(tmp_path / f"{size}.png"))
        assert (image.width(), image.height()) == (size, size)
        seen = set(memoryview(image.constBits()).cast("I"))
        assert {0, 0xFF3451C6, 0xFFFFFFFF} <= seen, f"{size}: no corner, ground or cap"
    assert QImage(str(tmp_path / "learner-manager.ico")).width() in icons.SIZES


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like PyInstaller's: a program, a library with a link to it, data; rights as they happen to be."""
    folder = tmp_path_factory.mktemp("dist") / "learner-manager"
    inside = folder / "_internal" / "lib"
    inside.mkdir(parents=True)
    shutil.copy(shutil.which("true") or "", folder / "learner-manager")
    spec = find_spec("PySide6.QtCore")
    assert spec is not None
    assert spec.origin is not None
    # A library of no great size which links to others.
    library = next(Path(spec.origin).parent.rglob("libqxcb.so"))
    shutil.copy(library, inside / "libqxcb.so")
    for name in links(library).needed:
        if name.startswith("libQt6"):
            (inside / name).symlink_to("libqxcb.so")
    (inside / "data.txt").write_text("data")
    (inside / "data.txt").chmod(0o666)
    return folder


@pytest.fixture(scope="module")
def package(program: Path, qapp: object, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A package, and its icons."""
    drawn = tmp_path_factory.mktemp("icons")
    icons.write(drawn)
    return deb.build(program, tmp_path_factory.mktemp("deb"), drawn), drawn


def contents(file: Path) -> dict[str, tarfile.TarInfo]:
    told = subprocess.run(["dpkg-deb", "--fsys-tarfile", file], capture_output=True, check=True).stdout
    plain = file.with_suffix(".tar")
    plain.write_bytes(told)
    with tarfile.open(plain) as archive:
        return {member.name.removeprefix("./"): member for member in archive.getmembers()}


@linux
def test_what_the_package_puts_where_and_with_which_rights(package: tuple[Path, Path]):
    found = contents(package[0])
    assert found["usr/bin/learner-manager"].linkname == "../../opt/learner-manager/learner-manager"
    assert found["opt/learner-manager/learner-manager"].mode == 0o755
    assert found["opt/learner-manager/_internal/lib/data.txt"].mode == 0o644
    for size in icons.SIZES:
        assert f"usr/share/icons/hicolor/{size}x{size}/apps/learner-manager.png" in found
    for place in ("applications/learner-manager.desktop", "metainfo/learner-manager.metainfo.xml"):
        assert found[f"usr/share/{place}"].mode == 0o644
    assert {"usr/share/doc/learner-manager/copyright", "usr/share/doc/learner-manager/changelog.gz"} <= found.keys()
    assert {(member.uid, member.gid) for member in found.values()} == {(0, 0)}
    assert {f"{m.mode:o}" for m in found.values() if not m.issym()} == {"755", "644"}


@linux
def test_the_package_names_what_it_needs(package: tuple[Path, Path]):
    told = subprocess.run(["dpkg-deb", "--field", package[0]], capture_output=True, text=True, check=True).stdout
    fields = dict(line.split(": ", 1) for line in told.splitlines() if not line.startswith(" "))
    assert (fields["Package"], fields["Version"]) == ("learner-manager", __version__)
    needed = fields["Depends"].split(", ")
    assert any(one.startswith("libc6 (>= 2.") for one in needed)
    assert {"libegl1", "libxcb1", "libstdc++6"} <= set(needed)
    assert "gnome-keyring" in fields["Recommends"]
    assert int(fields["Installed-Size"]) > 0


@linux
def test_the_same_program_gives_the_same_package(package: tuple[Path, Path], program: Path, tmp_path: Path):
    again = deb.build(program, tmp_path, package[1])
    assert again.read_bytes() == package[0].read_bytes()


@linux
def test_a_library_that_no_package_is_known_for_stops_the_build(program: Path, tmp_path: Path):
    folder = tmp_path / "program"
    shutil.copytree(program, folder, symlinks=True)
    next((folder / "_internal" / "lib").glob("libQt6*")).unlink()
    with pytest.raises(deb.CannotPackError, match="No package is known for libQt6"):
        deb.relations(folder)


@linux
def test_what_a_program_links_to():
    told = links(Path(shutil.which("true") or ""))
    assert "libc.so.6" in told.needed
    assert told.glibc > 0


def test_a_distribution_that_is_shipped_and_not_listed_is_found():
    parts = installed()
    made = datetime(2026, 1, 1, tzinfo=UTC)
    modules = {"lxml", "sqlalchemy", "app", "json"}
    assert check.missing(modules, notices(parts), bill(parts, made)) == []
    fewer = [one for one in parts if one.name != "lxml"]
    assert check.missing(modules, notices(parts), bill(fewer, made)) == ["lxml: not in the bill of materials"]
    assert check.missing(modules, notices(fewer), bill(parts, made)) == [
        "lxml: its licence is not among the licences"
    ]
    bare = [*parts, Component("bare", "1", "", "pkg:generic/bare@1")]
    assert "bare: no licence in the bill of materials" in check.missing(modules, notices(bare), bill(bare, made))


@linux
def test_whose_a_file_is(tmp_path: Path):
    lxml = find_spec("lxml.etree")
    library = next(Path("/usr/lib").glob("*/libexpat.so.1"), None) or next(Path("/usr/lib").glob("*/libz.so.1"))
    assert lxml is not None
    sources = [Path(lxml.origin or ""), Path(json.__file__), Path(deb.__file__), library]
    made_here = tmp_path / "base_library.zip"
    made_here.touch()
    found = {one.name: one for one in collected.owners([*sources, made_here], tmp_path)}
    assert {"lxml", "Python", "Qt", "Phosphor Icons"} < found.keys()
    (system,) = (one for one in found.values() if one.purl.startswith("pkg:deb/"))
    assert system.texts[0].name == "copyright"
    stray = tmp_path.parent / "stray.so"
    stray.touch()
    with pytest.raises(deb.CannotPackError, match=r"Nobody is known to have made .*stray\.so"):
        collected.owners([stray], tmp_path)


def test_the_windows_set_up_is_of_this_version_and_leaves_the_data_alone(tmp_path: Path):
    told = windows.order(Path("ISCC.exe"), tmp_path / "program", tmp_path / "out", tmp_path / "a.ico")
    script = windows.SCRIPT.read_text("utf-8")
    given = {part[2:].partition("=")[0] for part in told if part.startswith("/D")}
    assert f"/DVersion={__version__}" in told
    assert told[-1] == str(windows.SCRIPT)
    # Whatever the script asks for is given, and the other way round.
    assert set(re.findall(r"\{#(\w+)\}", script)) == given
    sections = dict(re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", script, re.MULTILINE | re.DOTALL))
    assert "PrivilegesRequired=lowest\n" in sections["Setup"]
    assert "UninstallDelete" not in sections
    deleted = [line for line in sections["InstallDelete"].splitlines() if line.startswith("Type:")]
    assert deleted == ['Type: filesandordirs; Name: "{app}\\_internal"']
    place = str(DataFolder.chosen(environment={"LOCALAPPDATA": "X"}, platform="win32").path)
    assert f"'{{localappdata}}\\{Path(place).name}'" in sections["Code"]
