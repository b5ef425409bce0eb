"""Broken files of every kind: the parsers say « refused », and nothing else comes out of them."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.invoices.files.archives import in_memory, open_lot
from assistant.invoices.files.attachments import check_attachments
from assistant.invoices.files.detection import Container, detect
from assistant.invoices.files.embedded_invoice import choose_invoice
from assistant.invoices.files.limits import Limits
from assistant.invoices.files.names import bare_name, check_name
from assistant.invoices.files.pdf import open_pdf
from assistant.invoices.files.refusal import Refused
from assistant.invoices.files.safe_xml import parse_xml
from assistant.invoices.files.xml_kind import profile_of
from assistant.invoices.schemas import Place
from bench.invoices.mutations import mutate
from bench.invoices.samples import seeds

SEEDS = seeds()
LIMITS = Limits(file_bytes=1_000_000, lot_bytes=5_000_000)


def read(content: bytes) -> None:
    match detect(content[:4096], content[-65536:]).container:
        case Container.XML:
            profile_of(parse_xml(content, LIMITS))
        case Container.PDF:
            with in_memory(content) as path:
                chosen = choose_invoice(open_pdf(path, LIMITS))
            list(check_attachments((piece, Place()) for piece in chosen.others))
        case Container.ZIP | Container.TAR_GZ as container:
            with in_memory(content) as path, open_lot(path, container, LIMITS) as lot:
                list(lot.members)


@pytest.mark.parametrize("name", sorted(SEEDS))
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_broken_file_is_read_or_refused(name: str, seed: int) -> None:
    content = mutate(SEEDS[name], random.Random(seed))
    with contextlib.suppress(Refused):
        read(content)


@given(content=st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_named(content: bytes) -> None:
    assert detect(content, content).looks_like


@given(name=st.text(max_size=300), content=st.sampled_from(sorted(SEEDS)))
@settings(max_examples=200, deadline=None)
def test_any_name_is_judged_without_a_folder(name: str, content: str) -> None:
    shown = bare_name(name)
    assert "/" not in shown and "\\" not in shown
    assert list(check_name(shown, detect(SEEDS[content]))) is not None
