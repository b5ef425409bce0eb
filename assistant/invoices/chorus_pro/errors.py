"""What can go wrong with Chorus Pro. Each class has a key: its sentence stands in data/knowledge/chorus_pro.yml.

No message holds a token, a password, or what was asked.
"""

from typing import ClassVar

from assistant.invoices.chorus_pro.services import Service


class ChorusProError(Exception):
    """Something went wrong; `service` is None when it was the request of a token. `detail` is for the log, not for people."""

    key: ClassVar[str] = "erreur"

    def __init__(self, service: Service | None, detail: str) -> None:
        self.service = service
        self.detail = detail
        super().__init__(f"{service.key if service else 'jeton'}: {detail}")


class ChorusProUnavailable(ChorusProError):
    """No answer, a cut connection, or HTTP 5xx, after the bounded tries."""

    key = "indisponible"


class ChorusProTimeout(ChorusProUnavailable):
    """No answer in time."""

    key = "trop_lent"


class ChorusProUnreadable(ChorusProError):
    """An answer that is not what the API promises: no JSON object, no codeRetour, too big, a redirection."""

    key = "reponse_illisible"


class ChorusProAuthenticationError(ChorusProError):
    """The application is not recognised: no token, or a new token refused as well."""

    key = "identification"


class ChorusProAccessDenied(ChorusProError):
    """HTTP 403: API not ticked in the application, technical account unknown or expired, or a right missing."""

    key = "acces_refuse"


class ChorusProQuotaExceeded(ChorusProError):
    """HTTP 429, after the bounded tries. `retry_after` in seconds when the API gave one."""

    key = "quota"

    def __init__(self, service: Service | None, detail: str, retry_after: float | None = None) -> None:
        super().__init__(service, detail)
        self.retry_after = retry_after


class ChorusProRequestError(ChorusProError):
    """Another HTTP 4xx: a call made wrongly, or an address that changed."""

    key = "demande_refusee"

    def __init__(self, service: Service | None, detail: str, status: int) -> None:
        super().__init__(service, detail)
        self.status = status


class ChorusProBusinessError(ChorusProError):
    """codeRetour is not 0. One code does not mean the same from one service to another: read it with `service`."""

    key = "metier"
    service: Service

    def __init__(self, service: Service, code: int, libelle: str) -> None:
        super().__init__(service, f"codeRetour {code}")
        self.code = code
        self.libelle = libelle


class ChorusProFluxNotFound(ChorusProBusinessError):
    """The number of the flux is unknown (consulterCRDetaille, 20001)."""

    key = "flux_introuvable"


class ChorusProTooManyResults(ChorusProError):
    """More results than the bound given: what was read is a part only. `read` and `total` in results."""

    key = "trop_de_resultats"

    def __init__(self, service: Service, read: int, total: int | None) -> None:
        super().__init__(service, f"{read} results read, total {total}")
        self.read = read
        self.total = total


def business_error(service: Service, code: int, libelle: str) -> ChorusProBusinessError:
    """The typed error of a codeRetour; unknown codes are kept in the general class."""
    kind = ChorusProFluxNotFound if (service, code) == (Service.FLUX_CR_DETAILLE, 20001) else ChorusProBusinessError
    return kind(service, code, libelle)


def says_no_result(error: ChorusProBusinessError) -> bool:
    """True for « no result », which is an empty list. The wording is required too: the code alone may mean something else.

    Seen by one client for rechercher/recipiendaire; taken over for the other searches, where nobody verified it.
    """
    searches = (Service.FACTURES_RECHERCHER, Service.STRUCTURES_RECHERCHER, Service.STRUCTURES_SERVICES)
    return error.service in searches and error.code == 20000 and error.libelle.strip().startswith("TRA_MSG_00.015")
