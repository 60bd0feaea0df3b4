"""The body of an HTTP answer, unpacked, never larger than allowed: neither as it comes nor unpacked."""

import http.client
import ssl
import zlib

from app.errors import ServiceError

_PIECE = 64 * 1024
_TRY_LATER = "Press Refresh Failed later."


def read_body(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The whole body. Raises ServiceError: LOCAL24 if it is cut off, LOCAL25 if it is larger than `limit` bytes,
    LOCAL23 if it is packed in a way nobody asked for; TimeoutError comes through."""
    if (response.length or 0) > limit:
        raise _too_large()
    unpack = _unpacker(response.headers.get("Content-Encoding", ""), limit)
    pieces = []
    taken = 0
    try:
        while piece := response.read1(_PIECE):
            taken += len(piece)
            if taken > limit:
                raise _too_large()
            pieces.append(unpack.feed(piece))
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise cut_off() from error
    # `read1` takes an early end of a body of known length for its end.
    if response.length:
        raise cut_off()
    unpack.end()
    return b"".join(pieces)


class _Plain:
    def feed(self, piece: bytes) -> bytes:
        return piece

    def end(self) -> None:
        pass


class _Gzip:
    """Unpacks as it comes, so that a small body cannot become a huge one in memory."""

    def __init__(self, limit: int) -> None:
        self._unpack = zlib.decompressobj(31)
        self._left = limit

    def feed(self, piece: bytes) -> bytes:
        try:
            plain = self._unpack.decompress(piece, self._left + 1)
        except zlib.error as error:
            raise _strangely_packed() from error
        self._left -= len(plain)
        if self._left < 0:
            raise _too_large()
        if self._unpack.unused_data:
            raise _strangely_packed()
        return plain

    def end(self) -> None:
        if not self._unpack.eof:
            raise cut_off()


def _unpacker(encoding: str, limit: int) -> _Plain | _Gzip:
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip(limit)
    raise _strangely_packed()


def cut_off() -> ServiceError:
    return ServiceError("The answer was cut off.", code="LOCAL24", hint=_TRY_LATER)


def _too_large() -> ServiceError:
    return ServiceError("The answer is larger than is allowed.", code="LOCAL25", hint="Tell the LRS help desk.")


def _strangely_packed() -> ServiceError:
    return ServiceError("The answer is packed in a way this program does not read.", code="LOCAL23", hint=_TRY_LATER)
