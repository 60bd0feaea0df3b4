"""ILRs made to do harm: nothing grows, hangs, is fetched, or is loaded by half."""

import os
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.files.ilr import read_ilr
from app.files.source import CHUNK
from app.files.xml_stream import MOST_IN_ONE
from app.tasks import Cancelled, Progress, TaskContext
from tests.files.builders import Learner, header_xml, ilr, ilr_parts, made_up
from tests.files.reading import ilr_of, put

ENTITY = '<!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Message>",
        ENTITY,
        '<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/ilr.dtd">',
        '<!DOCTYPE Message [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
        "<!doctype message>",
        "<!-- first -->" * 30_000 + ENTITY,
    ],
    ids=str.split("plain entity file network parameter small late"),
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_else(tmp_path, doctype, encoding):
    text = ilr(Learner(family="&b;")).partition("?>")[2].replace("&amp;", "&")
    with pytest.raises(InputError, match="DOCTYPE"):
        ilr_of(tmp_path, (doctype + text).encode(encoding))


def test_a_document_type_further_on_and_unknown_entities_are_no_xml(tmp_path):
    for text in (ilr().replace("<Learner>", ENTITY + "<Learner>"), ilr().replace("Marlo", "&b;")):
        with pytest.raises(InputError, match="damaged"):
            ilr_of(tmp_path, text)


@pytest.mark.parametrize("declared", ["utf-7", "ebcdic-cp-us", "utf-32", "x-user-defined"])
def test_encodings_that_could_hide_something_are_refused(tmp_path, declared):
    with pytest.raises(InputError, match="does not read"):
        ilr_of(tmp_path, ilr().replace("utf-8", declared))


def peak_of(read: Callable[[], object]) -> int:
    """Bytes at the most that Python held; what the parser holds is bounded with it, as elements are dropped."""
    tracemalloc.start()
    try:
        read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        ("x" * CHUNK, "<Learner><FamilyName>"),
        ("<Unknown>1</Unknown>" * 10_000, "<Learner>"),
        ("<a>" * 1000, ""),
        ("x" * CHUNK, "<Note>"),
        ("x" * CHUNK, "<Note what='"),
    ],
    ids=str.split("name unknown deep text attribute"),
)
def test_what_never_ends_is_stopped(tmp_path, inside, wanted):
    path = tmp_path / "endless.xml"
    with path.open("w") as stream:
        stream.write('<Message xmlns="ESFA/ILR/2025-26">' + header_xml() + wanted)
        for _ in range(100_000_000 // len(inside)):
            stream.write(inside)
    begun = time.perf_counter()
    seen = []

    def read() -> None:
        with pytest.raises(InputError):
            list(read_ilr(TaskContext(lambda step: seen.append(step.done)), path).learners)

    assert peak_of(read) < 3 * MOST_IN_ONE
    assert seen[-1] < 2 * MOST_IN_ONE + 2 * CHUNK
    assert time.perf_counter() - begun < 20


def test_millions_of_unknown_elements_between_learners_take_no_memory(tmp_path):
    path = tmp_path / "many.xml"
    with path.open("w") as stream:
        stream.write('<Message xmlns="ESFA/ILR/2025-26">' + header_xml())
        for _ in range(150):
            stream.write("<Unknown><Deep>text</Deep></Unknown>" * 5_000)
        stream.writelines(list(ilr_parts([Learner()]))[2:])

    found = []
    assert peak_of(lambda: found.extend(read_ilr(TaskContext(), path).learners)) < 12_000_000
    assert [one.ref for one in found] == ["S000101"]


def test_names_without_end_are_stopped_early(tmp_path):
    """The parser never forgets a name."""
    path = tmp_path / "names.xml"
    with path.open("w") as stream:
        stream.write("<Message>")
        for number in range(200):
            stream.write("".join(f"<n{number}x{inner} a{number}x{inner}='1'/>" for inner in range(2_000)))
    seen: list[int] = []
    with pytest.raises(InputError, match="thousands of different"):
        list(read_ilr(TaskContext(lambda step: seen.append(step.done)), path).learners)
    assert seen[-1] < 8_000_000


def test_other_roots_are_named(tmp_path):
    for text, what in [
        ("<soap:Envelope xmlns:soap='x'/>", "web service"),
        ("<html></html>", "web page"),
        ("<FISReport/>", "FISReport"),
        ("<Message", "breaks off|damaged"),
    ]:
        with pytest.raises(InputError, match=what):
            ilr_of(tmp_path, text)
    for text in ("", "   \n", "not xml", "<!-- only -->", "<?xml version='1.0'?>"):
        with pytest.raises(InputError):
            ilr_of(tmp_path, text)


def test_zero_bytes(tmp_path):
    with pytest.raises(InputError, match="zero bytes"):
        ilr_of(tmp_path, ilr(Learner(family="A\0B")))


def test_cancel_and_progress(tmp_path):
    path = put(tmp_path, "".join(ilr_parts(made_up(600))))
    steps: list[Progress] = []
    context = TaskContext(steps.append)
    assert len(list(read_ilr(context, path).learners)) == 600
    assert [one.done for one in steps] == sorted(one.done for one in steps)
    assert steps[-1].done == steps[-1].total == path.stat().st_size
    again = TaskContext()
    learners = read_ilr(again, path).learners
    next(learners)
    again.cancel()
    with pytest.raises(Cancelled):
        list(learners)


def test_a_file_of_a_gigabyte_is_streamed_and_can_be_cancelled(tmp_path):
    path = tmp_path / "huge.xml"
    with path.open("wb") as stream:
        stream.write("".join(list(ilr_parts(made_up(2000)))[:-1]).encode())
        stream.truncate(1_000_000_000)
    context = TaskContext()
    learners = read_ilr(context, path).learners
    for _, one in zip(range(500), learners, strict=False):
        assert one.ref
    context.cancel()
    with pytest.raises(Cancelled):
        list(learners)


@pytest.mark.parametrize("change", ["append", "touch", "replace"])
def test_a_file_that_changes_while_it_is_read(tmp_path, change):
    path = put(tmp_path, "".join(ilr_parts(made_up(600))))
    learners = read_ilr(TaskContext(), path).learners
    next(learners)
    if change == "append":
        with path.open("ab") as stream:
            stream.write(b"\n")
    elif change == "touch":
        os.utime(path, ns=(1, 1))
    else:
        other = put(tmp_path, ilr(), "other.xml")
        other.replace(path)
    with pytest.raises(InputError, match="changed while"):
        list(learners)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="not there"):
        read_ilr(TaskContext(), tmp_path / "gone.xml")
    with pytest.raises(InputError, match="folder"):
        read_ilr(TaskContext(), tmp_path)


GOOD = ilr(*made_up(3)).encode()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_file_with_harm_done_to_it(tmp_path, data):
    broken = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if how == "flip":
            broken[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del broken[at : at + data.draw(st.integers(1, 400))]
        elif how == "insert":
            broken[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            broken[at:at] = broken[at : at + 500]
        if not broken:
            break
    try:
        _, learners = ilr_of(tmp_path, bytes(broken))
    except InputError:
        return
    assert len(learners) <= 8
