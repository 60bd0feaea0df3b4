"""The Learning Records Service: one learner's record per call, a few calls at once (lrs.md 4).

Settings are immutable; connections live from `open` to the end of its `with` block, in the task that uses them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from app.connectors.client_certificate import ClientCertificate
from app.connectors.http import HttpPool, Limits
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_answer import LrsAnswer, read_answer
from app.connectors.lrs_request import HEADERS, learning_events_request

__all__ = ["LrsAccess", "LrsAnswer", "LrsCalls", "LrsClient"]


class LrsCalls:
    """An open line to the service. Thread-safe; as many calls go at once as the settings allow, more wait."""

    def __init__(self, access: LrsAccess, pool: HttpPool) -> None:
        self._access = access
        self._pool = pool

    def learning_events(
        self,
        uln: str,
        given_name: str,
        family_name: str,
        birth_date: date | None = None,
        gender: str | None = None,
    ) -> LrsAnswer:
        """Ask for one learner's record: one call, never repeated, for every call shows in the learner's log.

        Raises ServiceError if this learner got no answer; StopRunError if no further call can succeed; BusyError
        if the service asks for patience. An answer need not mean success: look at its `response_code`.
        """
        message = learning_events_request(self._access, uln, given_name, family_name, birth_date, gender)
        return read_answer(self._pool.post(message, HEADERS), uln)

    def abort(self) -> None:
        """End all calls under way, at once and for good, from any thread; they raise ServiceError LOCAL28."""
        self._pool.abort()


class LrsClient:
    """The service as described by settings that have been checked."""

    def __init__(self, access: LrsAccess) -> None:
        self._access = access

    @property
    def parallel(self) -> int:
        """How many calls may be under way at once."""
        return self._access.parallel

    @contextmanager
    def open(self) -> Iterator[LrsCalls]:
        """Load the certificate and be ready to ask; nothing is sent yet. Raises StopRunError LOCAL27 if the
        certificate or the CA file is of no use. Leaving the block ends calls that are still under way."""
        with open_pool(self._access) as pool:
            yield LrsCalls(self._access, pool)


def open_pool(access: LrsAccess) -> HttpPool:
    """Connections as the settings describe them, secured with the college's certificate; StopRunError LOCAL27."""
    context = None
    if access.secure:
        certificate = ClientCertificate.read(access.certificate_path, access.certificate_password)
        context = certificate.ssl_context(access.ca_path)
    return HttpPool(access.url, context, access.parallel, limits_of(access))


def limits_of(access: LrsAccess) -> Limits:
    """The waits and sizes in the settings; a refusal of the certificate comes within a tenth of a connect."""
    probe = access.connect_timeout / 10
    return Limits(access.connect_timeout, access.read_timeout, access.deadline, access.largest_answer, probe)
