"""Harm done to files, for tests that let Hypothesis do it."""

import io
import zipfile

from hypothesis import strategies as st


def harmed(data: st.DataObject, good: bytes) -> bytes:
    """`good` with one to five places damaged."""
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(broken) - 1)))
        how = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if how == "flip" and broken:
            broken[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del broken[at : at + data.draw(st.integers(1, 200))]
        elif how == "insert":
            signs = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\t;|", b"<", b"&", b"\xef\xbb\xbf", b"\xc2\xa0"]
            broken[at:at] = data.draw(st.sampled_from(signs))
        else:
            broken[at:at] = broken[at : at + 300]
    return bytes(broken)


def harmed_in_one_part(data: st.DataObject, book: bytes) -> bytes:
    """A workbook that can be unpacked, with harm in one of the files inside."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        victim = data.draw(st.sampled_from(sorted(source.namelist())))
        with zipfile.ZipFile(stream, "w") as target:
            for one in source.namelist():
                content = source.read(one)
                target.writestr(one, harmed(data, content) if one == victim else content)
    return stream.getvalue()


def harmed_rows(good: list[str], cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """Rows of a table: `good` with up to three other cells in each. Without any harm a row is good, so that tests
    meet what can be loaded beside what cannot."""
    harms = st.dictionaries(st.integers(0, len(good) - 1), cell, max_size=3)
    row = harms.map(lambda harm: [harm.get(place, one) for place, one in enumerate(good)])
    return st.lists(row, min_size=1, max_size=8)
