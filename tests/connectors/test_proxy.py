"""The way out through a proxy: a real one on loopback, with the real service behind it under another name."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_check import check
from app.connectors.proxy import Proxy, proxy_for
from app.errors import ServiceError, StopRunError
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Person
from tests.connectors.proxies import proxy_to, refusing
from tests.connectors.test_lrs_check import learner

Access = Callable[..., LrsAccess]
ELSEWHERE = "https://elsewhere.example/LearnerServiceR9.svc"


@pytest.fixture(autouse=True)
def _no_proxy_of_this_computer(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def elsewhere(sandbox: LrsSandbox) -> int:
    """The service under the name elsewhere.example, which no name server knows; its port."""
    sandbox.set_fault("server-wrong-host")
    return urlsplit(sandbox.info.url).port or 0


@pytest.mark.parametrize("chosen", [True, False], ids=["settings", "environment"])
def test_a_call_goes_through_the_proxy_and_stays_secret(
    elsewhere: int, access: Access, somebody: Callable[..., Person], monkeypatch: pytest.MonkeyPatch, chosen: bool
):
    with proxy_to(elsewhere) as proxy:
        if not chosen:
            monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        with LrsClient(access(url=ELSEWHERE, proxy=proxy.address if chosen else "")).open() as calls:
            assert calls.learning_events(*learner(somebody())).response_code == "WSRC0004"
            assert calls.learning_events(*learner(somebody())).response_code == "WSRC0004"
    assert proxy.asked == [b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n"]


@pytest.mark.parametrize(
    ("status", "words", "stops"),
    [
        ("407 Proxy Authentication Required", "asks for a user name and a password, which this program never", True),
        ("403 Forbidden", "does not let this program through (HTTP status 403)", True),
        ("502 Bad Gateway", "proxy of the network cannot reach the service (HTTP status 502)", False),
    ],
)
def test_a_proxy_that_refuses(access: Access, somebody: Callable[..., Person], status: str, words: str, stops: bool):
    with (
        proxy_to(1, refusing(status)) as proxy,
        LrsClient(access(url=ELSEWHERE, proxy=proxy.address)).open() as calls,
        pytest.raises(ServiceError) as caught,
    ):
        calls.learning_events(*learner(somebody()))
    assert words in caught.value.message
    assert caught.value.code == "LOCAL21"
    assert caught.value.hint
    assert isinstance(caught.value, StopRunError) is stops


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nmore", b"x" * 20_000])
def test_a_proxy_that_is_none(access: Access, somebody: Callable[..., Person], answer: bytes):
    with (
        proxy_to(1, answer or b"\r\n") as proxy,
        LrsClient(access(url=ELSEWHERE, proxy=proxy.address)).open() as calls,
        pytest.raises(StopRunError, match="proxy of the network cannot be reached"),
    ):
        calls.learning_events(*learner(somebody()))


def test_a_proxy_that_is_not_there(access: Access, somebody: Callable[..., Person]):
    with (
        LrsClient(access(url=ELSEWHERE, proxy="http://127.0.0.1:1")).open() as calls,
        pytest.raises(StopRunError, match=r"cannot be reached.*Settings"),
    ):
        calls.learning_events(*learner(somebody()))


def test_the_connection_test_says_that_there_is_a_proxy(elsewhere: int, access: Access):
    with proxy_to(elsewhere) as proxy:
        report = check(access(url=ELSEWHERE, proxy=proxy.address))
    assert report.ok
    assert report.steps[1].detail == "elsewhere.example is left to the proxy of the network, 127.0.0.1, to find."
    with proxy_to(1, refusing("407 Who are you")) as proxy:
        report = check(access(url=ELSEWHERE, proxy=proxy.address))
    assert (report.steps[-1].name, report.steps[-1].ok) == ("Connection", False)
    assert "asks for a user name and a password" in report.steps[-1].detail
    assert "Ask whoever looks after the network" in report.steps[-1].detail


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, Proxy("proxy.example", 3128)),
        ({"https_proxy": "proxy.example:3128"}, Proxy("proxy.example", 3128)),
        ({"HTTPS_PROXY": "https://proxy.example:3128/"}, Proxy("proxy.example", 3128)),
        ({"HTTPS_PROXY": "http://me:secret@proxy.example"}, Proxy("proxy.example", 8080)),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "elsewhere.example"}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": ".example"}, None),
    ],
)
def test_the_proxy_of_this_computer(
    environment: dict[str, str], found: Proxy | None, monkeypatch: pytest.MonkeyPatch
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(ELSEWHERE) == found
    assert proxy_for("https://127.0.0.1:9/LearnerServiceR9.svc") is None
    assert proxy_for("http://localhost:9/LearnerServiceR9.svc") is None


@pytest.mark.parametrize("address", ["socks5://proxy.example:1080", "http://", "http://proxy.example:99999"])
def test_a_proxy_that_cannot_be_used_is_said(address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(StopRunError, match=r"kind this program cannot use.*Settings, PLR/LRS, Proxy"):
        proxy_for(ELSEWHERE)
