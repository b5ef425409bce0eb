"""The closed list of Chorus Pro's services that Choriste calls. All of them read: each may be asked again.

Paths: « Factures » of the OpenAPI published by api.gouv.fr, and free clients for the rest (docs/chorus-pro-api.md).
"""

from enum import Enum


class Service(Enum):
    """A service by the name that errors carry; its value is (method, path below the API's host)."""

    FACTURES_RECHERCHER = ("POST", "/cpro/factures/v1/rechercher/fournisseur")
    FACTURES_CONSULTER = ("POST", "/cpro/factures/v1/consulter/fournisseur")
    FACTURES_HISTORIQUE = ("POST", "/cpro/factures/v1/consulter/historique")
    STRUCTURES_RECHERCHER = ("POST", "/cpro/structures/v1/rechercher")
    STRUCTURES_CONSULTER = ("POST", "/cpro/structures/v1/consulter")
    STRUCTURES_SERVICES = ("POST", "/cpro/structures/v1/rechercher/services")
    STRUCTURES_SERVICE = ("POST", "/cpro/structures/v1/consulter/service")
    FLUX_CR = ("POST", "/cpro/transverses/v1/consulterCR")
    FLUX_CR_DETAILLE = ("POST", "/cpro/transverses/v1/consulterCRDetaille")
    SANTE = ("GET", "/cpro/transverses/v1/health-check")

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.value[0]

    @property
    def path(self) -> str:
        """Path below the API's host."""
        return self.value[1]

    @property
    def key(self) -> str:
        """« factures/rechercher/fournisseur »: what errors, logs and data name the service by."""
        return self.path.removeprefix("/cpro/").replace("/v1/", "/")
