"""The sandbox Moodle in a process of its own does what it is told on its standard input."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from app.connectors.moodle import MoodleAccess, MoodleClient
from app.demo import Orders, sandbox_process
from app.errors import InputError, ServiceError
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people

PATIENCE = 200
"""Asked so often at most, until an order that was just written has been read there."""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=people(20), courses=2, learners=2) as running:
        yield running


def code_of(client: MoodleClient) -> str:
    try:
        with client.open() as calls:
            calls.site()
    except ServiceError as error:
        return error.code
    return ""


def becomes(client: MoodleClient, code: str) -> bool:
    return any(code_of(client) == code for _ in range(PATIENCE))


def test_orders_reach_the_process(tmp_path: Path):
    orders = Orders()
    with sandbox_process("moodle", tmp_path, "--people", "100", orders=orders) as info:
        named = {one.name for one in fields(MoodleAccess)}
        client = MoodleClient(MoodleAccess(**{key: value for key, value in info.items() if key in named}))
        assert code_of(client) == ""
        orders.tell("revoke-token")
        assert becomes(client, "SE-03")
        orders.tell("restore-token")
        assert becomes(client, "")
        orders.tell("fault maintenance")
        assert becomes(client, "SE-05")
        orders.tell("no such order")
        orders.tell("fault")
        assert becomes(client, ""), "a wrong order does no harm to the next"


def test_orders_without_a_process():
    with pytest.raises(ServiceError, match="does not run"):
        Orders().tell("move")


@pytest.mark.parametrize("order", ["stop", "revoke-token now", "changing", "obey", "_reply"])
def test_an_unknown_order_says_which_there_are(sandbox: MoodleSandbox, order: str):
    with pytest.raises(InputError, match="revoke-token, restore-token, move, allow-enrolments, fault"):
        sandbox.obey(order)


def test_a_fault_is_checked(sandbox: MoodleSandbox):
    with pytest.raises(InputError, match="nonsense"):
        sandbox.obey("fault nonsense")
    sandbox.obey("fault html:0.5 gateway@courses")
    sandbox.obey("fault")
