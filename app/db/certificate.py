"""Why the certificate of a database server is not trusted: the driver says only that it is not."""

import contextlib
import socket
import ssl
import struct

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_WITHIN = 5.0
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, (62, 64)


def what_is_wrong(host: str, port: int, authorities: str) -> str:
    """A sentence about the certificate that a server shows; "" where nothing is wrong, or nothing can be said.

    `authorities`: the file of those that are trusted, "" or "system" for those of this computer. Nothing is sent
    but the wish for an encrypted line. In a task: it waits for the server.
    """
    file = authorities if authorities and authorities != "system" else None
    with contextlib.suppress(OSError):
        trusted = ssl.create_default_context(cafile=file)
        try:
            with socket.create_connection((host, port), _WITHIN) as line:
                line.sendall(_SSL_REQUEST)
                if line.recv(1) != b"S":
                    return ""
                with trusted.wrap_socket(line, server_hostname=host):
                    return ""
        except ssl.SSLCertVerificationError as error:
            return _sentence(error.verify_code)
    return ""


def _sentence(code: int) -> str:
    if code == _EXPIRED:
        return "The database server's certificate has expired."
    if code == _NOT_YET:
        return "The database server's certificate is not valid yet: look at the clock of this computer."
    if code in _OTHER_NAME:
        return "The database server's certificate is that of another computer than the one named."
    return "The database server's certificate is from an authority that this computer does not trust."
