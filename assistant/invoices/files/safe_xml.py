"""XML read without a danger: no DTD, no entity, no network, bounded depth and number of nodes.

The tokens are counted by expat before libxml2 builds a tree, so that a hostile file costs no memory. Sources: W3C XML 1.0;
OWASP, XML External Entity Prevention.
"""

import re
from xml.parsers import expat

from lxml import etree

from assistant.invoices.files.limits import Limits
from assistant.invoices.files.refusal import Refused

CHECKS = ("FIC-XML-INTERDIT", "FIC-XML-LIMITE", "FIC-XML-MALFORME")

_CHUNK = 64 * 1024
_MAX_ATTRIBUTES = 200
# expat reads a tag to its end before it says anything of it: an endless one is found beforehand, in one pass.
_ENDLESS_TAG = re.compile(rb"<[^<>]{65536}")
_MAX_NAME = 300

# libxml2's words are English; a person is helped by the line.
_REASONS = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "il ne contient aucun élément",
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "une balise n'est pas fermée par la bonne",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "il est coupé avant la fin",
    expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "un attribut est donné deux fois",
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "quelque chose suit la fin du document",
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]: "son encodage n'est pas connu",
    expat.errors.codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]: "un préfixe n'est pas déclaré",
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "il appelle une entité qui n'existe pas",
}


def parse_xml(content: bytes, limits: Limits) -> etree._Element:
    """The root element. Raises Refused (FIC-XML-INTERDIT, -LIMITE, -MALFORME)."""
    _count(content, limits)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Refused("FIC-XML-MALFORME", {"erreur": f"erreur à la ligne {line}" if line else "il est mal formé"}) from error
    if root is None:
        raise Refused("FIC-XML-MALFORME", {"erreur": "il ne contient aucun élément"})
    return root


class _Counter:
    """Handlers of expat: the first thing that may not be raises Refused and stops the parser."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self._nodes = 0

    def start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        self._nodes += 1 + len(attributes) // 2
        if self._depth > self._limits.xml_depth:
            raise Refused("FIC-XML-LIMITE", {"mesure": f"plus de {self._limits.xml_depth} niveaux imbriqués"})
        if self._nodes > self._limits.xml_nodes:
            raise Refused("FIC-XML-LIMITE", {"mesure": f"plus de {self._limits.xml_nodes} éléments et attributs"})
        if len(attributes) > 2 * _MAX_ATTRIBUTES or len(name) > _MAX_NAME:
            raise Refused("FIC-XML-LIMITE", {"mesure": "un élément avec un nom ou des attributs sans mesure"})

    def end(self, _name: str) -> None:
        self._depth -= 1

    def doctype(self, *_: object) -> None:
        raise Refused("FIC-XML-INTERDIT", {"construction": "une déclaration DOCTYPE"})

    def entity(self, *_: object) -> None:
        raise Refused("FIC-XML-INTERDIT", {"construction": "une déclaration d'entité"})

    def include(self, _prefix: str | None, uri: str | None) -> None:
        if uri in ("http://www.w3.org/2001/XInclude", "http://www.w3.org/2003/XInclude"):
            raise Refused("FIC-XML-INTERDIT", {"construction": "une inclusion d'un autre fichier (XInclude)"})

    def instruction(self, target: str, _data: str) -> None:
        self._nodes += 1
        if target == "xml-stylesheet":
            raise Refused("FIC-XML-INTERDIT", {"construction": "un appel à une feuille de style"})

    def comment(self, _data: str) -> None:
        self._nodes += 1
        if self._nodes > self._limits.xml_nodes:
            raise Refused("FIC-XML-LIMITE", {"mesure": f"plus de {self._limits.xml_nodes} éléments et commentaires"})


def _count(content: bytes, limits: Limits) -> None:
    if _ENDLESS_TAG.search(content):
        raise Refused("FIC-XML-LIMITE", {"mesure": "une balise sans fin"})
    counter = _Counter(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = True
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.StartDoctypeDeclHandler = counter.doctype
    parser.EntityDeclHandler = counter.entity
    parser.UnparsedEntityDeclHandler = counter.entity
    parser.StartNamespaceDeclHandler = counter.include
    parser.ProcessingInstructionHandler = counter.instruction
    parser.CommentHandler = counter.comment
    try:
        for start in range(0, len(content), _CHUNK):
            parser.Parse(content[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = _REASONS.get(error.code, "une ligne ne suit pas les règles du XML")
        raise Refused("FIC-XML-MALFORME", {"erreur": f"{reason} (ligne {error.lineno})"}) from error
    except (LookupError, ValueError) as error:
        # Multi-byte encodings that expat does not know, and codecs that are none.
        raise Refused("FIC-XML-MALFORME", {"erreur": "son encodage n'est pas connu"}) from error
