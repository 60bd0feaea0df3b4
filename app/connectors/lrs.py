"""The Learning Records Service: one learner per call, a few calls at once (lrs.md 4 and 5).

Settings are immutable; connections live from `open` to the end of its `with` block, in the task that uses them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from app.connectors import learner_service
from app.connectors.client_certificate import ClientCertificate
from app.connectors.http import HttpAnswer, HttpPool, Limits
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_answer import LrsAnswer, read_answer
from app.connectors.lrs_find import Demographics, FindAnswer, read_found
from app.connectors.lrs_find_request import details_of, find_request
from app.connectors.lrs_request import HEADERS, learning_events_request
from app.connectors.lrs_verify import ACTION, VerifyAnswer, read_verified, verify_request
from app.connectors.proxy import proxy_for
from app.errors import ServiceError

__all__ = ["Demographics", "FindAnswer", "LrsAccess", "LrsAnswer", "LrsCalls", "LrsClient", "VerifyAnswer"]


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

    def find(self, who: Demographics) -> FindAnswer:
        """Ask who fits a person's details: one call, never repeated. Raises as `learning_events` does.

        Whom it finds has still to be taken over by somebody: look at the `outcome`.
        """
        with _told_outside_a_run():
            details = details_of(who)
            answer = self._ask_learner_service(find_request(self._access, details))
            return read_found(answer, details)

    def verify(
        self,
        uln: str,
        given_name: str,
        family_name: str,
        birth_date: date | None = None,
        gender: str | None = None,
    ) -> VerifyAnswer:
        """Ask whether a ULN and a person belong together: one call, never repeated. Raises as
        `learning_events` does."""
        with _told_outside_a_run():
            message = verify_request(self._access, uln, given_name, family_name, birth_date, gender)
            return read_verified(self._ask_learner_service(message, ACTION), uln)

    def _ask_learner_service(self, message: bytes, action: str = "") -> HttpAnswer:
        path = learner_service.path(self._access)
        return self._pool.post(message, learner_service.headers(action), path)

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
    proxy = proxy_for(access.url, access.proxy)
    return HttpPool(access.url, context, access.parallel, limits_of(access), proxy)


@contextmanager
def _told_outside_a_run() -> Iterator[None]:
    """What went wrong, with a next step that exists where one learner is asked about: there is no download whose
    failed learners could be refreshed."""
    try:
        yield
    except ServiceError as error:
        error.hint = error.hint.replace("Press Refresh Failed", "Try again").replace(
            "press Refresh Failed", "try again"
        )
        raise


def limits_of(access: LrsAccess) -> Limits:
    """The waits and sizes in the settings; a refusal of the certificate comes within a tenth of a connect."""
    probe = access.connect_timeout / 10
    return Limits(access.connect_timeout, access.read_timeout, access.deadline, access.largest_answer, probe)
