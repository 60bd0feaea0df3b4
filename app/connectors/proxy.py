"""The proxy between this computer and the service, where a network lets nobody out without one.

It is the one chosen in the settings, else the one this computer is set to (HTTPS_PROXY, or the system's own
settings). It only passes on what is encrypted for the service: it sees the service's name and nothing else. This
computer itself is always reached directly. No user name or password is ever given to a proxy.
"""

import re
import socket
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.config import host_of, is_loopback
from app.errors import StopRunError
from app.tasks import now

_LONGEST_HEAD = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")


class ProxyError(OSError):
    """The proxy could not be reached (`status` None), or answered with another HTTP status than 200."""

    def __init__(self, status: int | None) -> None:
        super().__init__("proxy")
        self.status = status


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the way out is."""

    host: str
    port: int

    def open_tunnel(self, line: socket.socket, host: str, port: int, ends: float) -> None:
        """Ask over `line` to be put through; raises ProxyError, and TimeoutError after `ends`."""
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        _arm(line, ends)
        line.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode("ascii"))
        head = b""
        while b"\r\n\r\n" not in head:
            _arm(line, ends)
            piece = line.recv(4096)
            head += piece
            if not piece or len(head) > _LONGEST_HEAD:
                raise ProxyError(None)
        status = _STATUS.match(head)
        # The service speaks second: whatever follows the head at once is not its word.
        if status is None or (status[1] == b"200" and not head.endswith(b"\r\n\r\n")):
            raise ProxyError(None)
        if status[1] != b"200":
            raise ProxyError(int(status[1]))


def proxy_for(url: str, chosen: str = "") -> Proxy | None:
    """The proxy for this address; None where there is none. `chosen` is the setting, "" to do as this computer
    does. Raises StopRunError LOCAL21 for one that cannot be used. In a task: Windows may take a moment."""
    host = host_of(url)
    if is_loopback(host) or urlsplit(url).scheme != "https":
        return None
    address = chosen
    if not address:
        address = urllib.request.getproxies().get("https", "")
        if not address or urllib.request.proxy_bypass(host):
            return None
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = parts.port or 8080
    except ValueError:
        parts, port = urlsplit(""), 0
    # Many write https:// for the proxy that https goes through; none of them means TLS on the way to it.
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StopRunError(
            "The proxy that is set for this computer is of a kind this program cannot use.",
            code="LOCAL21",
            hint="Write the address of an HTTP proxy in Settings, PLR/LRS, Proxy.",
        )
    return Proxy(parts.hostname, port)


def _arm(line: socket.socket, ends: float) -> None:
    left = ends - now()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
