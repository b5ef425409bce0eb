"""Plain PDF invoices, each laid out in its own way. Données de démonstration."""

from tests.support.invoices.layouts import handmade, second_look, software, special
from tests.support.invoices.layouts.base import LAYOUTS, Layout

__all__ = ["Layout", "layouts"]
_MODULES = (software, handmade, special, second_look)


def layouts() -> dict[str, Layout]:
    """Every layout by name."""
    return {name: make() for name, make in LAYOUTS.items()}
