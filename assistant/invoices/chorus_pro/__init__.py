"""An async client of the Chorus Pro API through PISTE. It reads, and changes nothing."""

from assistant.invoices.chorus_pro.client import ChorusProClient, RechercheFactures
from assistant.invoices.chorus_pro.config import ChorusProConfig

__all__ = ["ChorusProClient", "ChorusProConfig", "RechercheFactures"]
