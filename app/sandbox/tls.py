"""The TLS side of a sandbox service: the right certificate, or the wrong one that a fault asks for."""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from app.sandbox.certificates import Certificates

HANDSHAKE_FAULTS = {
    "server-expired": "the server's certificate has expired",
    "server-wrong-host": "the server's certificate is for another host",
    "server-stranger": "the server's certificate is from an authority nobody named",
    "tls12": "nothing newer than TLS 1.2",
}
"""What goes wrong before a word is said; looked at for each new connection."""


class ServerContexts:
    """Makes each context once. With `mutual`, a client without one of our certificates is turned away."""

    def __init__(self, files: Certificates, *, mutual: bool) -> None:
        self._files = files
        self._mutual = mutual
        self._lock = threading.Lock()
        self._made: dict[tuple[Path, bool], ssl.SSLContext] = {}

    def for_next(self, is_on: Callable[[str], bool]) -> ssl.SSLContext:
        """The context of the next connection; `is_on` tells which handshake faults are."""
        files, old = self._files, is_on("tls12")
        pem = files.server
        for name, file in (
            ("server-expired", files.server_expired),
            ("server-wrong-host", files.server_wrong_host),
            ("server-stranger", files.server_stranger),
        ):
            if is_on(name):
                pem = file
        with self._lock:
            if (pem, old) not in self._made:
                self._made[pem, old] = self._make(pem, old)
            return self._made[pem, old]

    def _make(self, pem: Path, old: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if old:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(pem)
        if self._mutual:
            context.load_verify_locations(self._files.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return context
