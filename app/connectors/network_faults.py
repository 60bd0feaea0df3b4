"""The one place where failures of sockets, TLS and HTTP become sentences with a LOCAL code (lrs.md 9.3).

Nothing of the foreign text is repeated: it may quote what came over the line.
"""

import http.client
import socket
import ssl

from app.connectors.client_certificate import SETTINGS
from app.connectors.wire import Stage
from app.errors import ServiceError, StopRunError

_CHECK_NETWORK = "Check the network, then press Refresh Failed."
_TRY_LATER = "Press Refresh Failed later."

# OpenSSL's numbers (x509_vfy.h): they stay, the texts beside them do not.
_SERVER_CERTIFICATE = {
    9: "is not valid yet",
    10: "has expired",
    18: "is not signed by an authority that is trusted here",
    19: "is not signed by an authority that is trusted here",
    20: "is not signed by an authority that is trusted here",
    21: "is not signed by an authority that is trusted here",
    62: "belongs to another name",
    64: "belongs to another address",
}
_REFUSALS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


def refuses_certificate(error: BaseException | None) -> bool:
    """Whether a TLS alert says that the service did not like the certificate it was shown, or saw none."""
    reason = getattr(error, "reason", None) or ""
    return isinstance(error, ssl.SSLError) and "ALERT" in reason and any(word in reason for word in _REFUSALS)


def certificate_refused() -> StopRunError:
    return StopRunError(
        "The service refused the client certificate.",
        code="LOCAL27",
        hint=f"Check in {SETTINGS} that it is the one the LRS issued for this address.",
    )


def hung_up_after_handshake() -> StopRunError:
    return StopRunError(
        "The service hangs up as soon as the line is secure, as it does when it refuses the client certificate.",
        code="LOCAL27",
        hint=f"Check in {SETTINGS} that it is the one the LRS issued for this address.",
    )


def network_fault(error: Exception, stage: Stage) -> ServiceError:
    """The ServiceError for what a connection raised at `stage`; StopRunError where every further call meets it."""
    if isinstance(error, TimeoutError):
        return _in_no_time(stage)
    if isinstance(error, ssl.SSLCertVerificationError):
        what = _SERVER_CERTIFICATE.get(error.verify_code, "could not be verified")
        return StopRunError(
            f"The certificate of the service {what}.",
            code="LOCAL27",
            hint=f"Check the address and the CA file in {SETTINGS}, and the date of this computer.",
        )
    if refuses_certificate(error):
        return certificate_refused()
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError) and stage is Stage.SECURING:
        return StopRunError(
            "No secure connection could be agreed on with the service.",
            code="LOCAL27",
            hint=f"Check the address in {SETTINGS}.",
        )
    if isinstance(error, socket.gaierror):
        return _unreachable("The name of the service was not found.")
    if isinstance(error, ConnectionRefusedError):
        return _unreachable("The service refused the connection.")
    if isinstance(error, http.client.HTTPException) and not isinstance(error, ConnectionError):
        return ServiceError("The answer is not an HTTP answer.", code="LOCAL23", hint=_TRY_LATER)
    if stage is Stage.CONNECTING:
        return _unreachable("The service cannot be reached.")
    return _unreachable("The connection to the service broke off.")


def _in_no_time(stage: Stage) -> ServiceError:
    what = "did not answer" if stage is Stage.READY else "could not be reached"
    return ServiceError(f"The service {what} in time.", code="LOCAL20", hint=_TRY_LATER)


def _unreachable(message: str) -> ServiceError:
    return ServiceError(message, code="LOCAL21", hint=_CHECK_NETWORK)
