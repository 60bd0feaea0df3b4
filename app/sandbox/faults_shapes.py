"""Answers that say the same in another shape: what a reader by position, prefix or namespace stumbles over.

A shape is a function from the usual answer's tree to another tree; `app.sandbox.faults` gives it its name.
"""

import gzip
from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

from app.sandbox.server import Reply
from app.sandbox.soap import MODEL, SOAP, TEM, XSI

Tree = Any  # lxml comes without types
Shape = Callable[[Tree], Tree]

_ODD_PREFIXES: dict[str | None, str] = {"ns10": SOAP, "a": TEM, "soap": MODEL, "s": XSI}
"""Those that peers expect, each bound to something else."""
_KEPT = f"{{{MODEL}}}ResponseCode"


def reshaped(reply: Reply, shape: Shape) -> Reply:
    """The reply with its body in another shape, unpacked."""
    body = gzip.decompress(reply.body) if reply.headers.get("Content-Encoding") == "gzip" else reply.body
    tree = shape(etree.fromstring(body))
    return Reply(reply.status, etree.tostring(tree, encoding="utf-8"), reply.content_type)


def wrong_prefix(tree: Tree) -> Tree:
    """Every namespace under a prefix that is usually another one's."""
    return _rebuilt(tree, lambda tag: tag, _ODD_PREFIXES)


def no_namespace(tree: Tree) -> Tree:
    """Local names only."""
    return _rebuilt(tree, lambda tag: etree.QName(tag).localname, {})


def shuffled(tree: Tree) -> Tree:
    """The parts of the answer and the fields of each event in another order; the same one each time."""
    draw = Random("shuffled")
    for parent in (tree, *tree.iterdescendants()):
        if etree.QName(parent).localname in ("GetLearnerLearningEventsResult", "LearningEvent"):
            children = list(parent)
            draw.shuffle(children)
            parent.extend(children)
    return tree


def nil_everywhere(tree: Tree) -> Tree:
    """Every value nil but the response code."""
    for element in _values(tree):
        element.text = None
        element.set(f"{{{XSI}}}nil", "true")
    return tree


def missing_everywhere(tree: Tree) -> Tree:
    """No value at all but the response code; the events are there, and empty."""
    for element in _values(tree):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return tree


def missing_result(tree: Tree) -> Tree:
    """A response without a result, as the service's description allows it."""
    for element in list(tree.iter(f"{{{TEM}}}GetLearnerLearningEventsResult")):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return tree


SHAPES: dict[str, Shape] = {
    "wrong-prefix": wrong_prefix,
    "no-namespace": no_namespace,
    "shuffled": shuffled,
    "nil-everywhere": nil_everywhere,
    "missing-everywhere": missing_everywhere,
    "missing-result": missing_result,
}


def _values(tree: Tree) -> list[Tree]:
    """The elements of the model that hold a text."""
    return [
        one
        for one in tree.iter(f"{{{MODEL}}}*")
        if not len(one) and one.tag != _KEPT and etree.QName(one).localname not in ("LearnerRecord", "LearningEvent")
    ]


def _rebuilt(tree: Tree, named: Callable[[str], str], prefixes: dict[str | None, str]) -> Tree:
    top: Tree = etree.Element(named(str(tree.tag)), nsmap=prefixes)

    def copy(old: Tree, new: Tree) -> None:
        new.text = old.text
        new.attrib.update(old.attrib)
        for child in old:
            copy(child, etree.SubElement(new, named(str(child.tag))))

    copy(tree, top)
    return top
