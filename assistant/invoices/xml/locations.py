"""From the XPath of SVRL or of libxml2 to one that a person can read: `/rsm:CrossIndustryInvoice/…/ram:ID`."""

import re

from assistant.invoices.xml.leaves import Element, Leaves

_STEP = re.compile(r"/(?:@)?(?:\*:)?([\w.-]+)(?:\[namespace-uri\(\)='([^']*)'\])?(?:\[(\d+)\])?")


def find(root: Element, location: str) -> Element | None:
    """The element that SVRL names (the parent when it names an attribute), None when it names nothing we know."""
    steps = _STEP.findall(location)
    if not steps:
        return None
    node = root
    for local, namespace, rank in steps[1:]:
        tag = f"{{{namespace}}}{local}" if namespace else local
        children = node.findall(tag)
        position = int(rank or 1) - 1
        if not 0 <= position < len(children):
            # An attribute, or a step of another shape: the element around it is still a place to look at.
            return node
        node = children[position]
    return node


def readable(root: Element, location: str, leaves: Leaves) -> str | None:
    """The same place in the words of the readers."""
    node = find(root, location)
    return None if node is None else leaves.path(node)
