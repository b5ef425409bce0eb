"""What becomes of a text for Rasa, and of Rasa's pieces for the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rasa_client import RasaClient, RasaUnavailable, as_plain_text, merge_entries
from assistant.conversations.enums import Kind
from tests.support.rasa_stub import RasaStub, entry, unused_port

BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("/restart", "restart"),
        ("//restart", "restart"),
        ("/ /restart", "restart"),
        ("\n/\t/restart", "restart"),
        ("／restart", "restart"),
        ("⁄restart", "restart"),
        ("bonjour /restart", "bonjour /restart"),
        ("et/ou", "et/ou"),
        ("12/03/2024", "12/03/2024"),
        ("/", ""),
        ("", ""),
    ],
)
def test_leading_slashes_of_all_kinds_go_and_the_others_stay(typed: str, plain: str) -> None:
    assert as_plain_text(typed) == plain


@pytest.mark.parametrize("blank", BLANKS)
def test_no_blank_hides_a_slash_from_us_that_rasa_would_strip(blank: str) -> None:
    assert as_plain_text(f"/{blank}/restart") == "restart"
    assert as_plain_text(f"{blank}/restart") == "restart"


@given(st.text(alphabet=st.sampled_from("/ab {}" + BLANKS)) | st.text())
def test_no_text_is_an_intent_once_rasa_has_stripped_it(text: str) -> None:
    plain = as_plain_text(text)
    assert not plain.strip().startswith("/")
    assert text.endswith(plain)


# --- pieces ---------------------------------------------------------------------------------------------------------


def test_paragraphs_and_their_annotation_become_one_message() -> None:
    source = {"titre": "Une page", "url": "https://exemple.fr/", "date": "2024"}
    entries = [
        {"text": "Un"},
        {"text": "Deux", "buttons": [{"title": "Oui", "payload": "/affirmer"}]},
        {"custom": {"kind": "answer", "sources": [source], "fiche": "compte-creer", "confidence": 0.5}},
    ]
    [reply] = merge_entries(entries)
    assert (reply.kind, reply.text, reply.fiche, reply.confidence) == (Kind.ANSWER, "Un\n\nDeux", "compte-creer", 0.5)
    assert [(button.title, button.payload) for button in reply.buttons] == [("Oui", "/affirmer")]
    assert [source.url for source in reply.sources] == ["https://exemple.fr/"]


def test_two_annotated_messages_stay_two_in_their_order() -> None:
    replies = merge_entries([*entry("Voici", kind="answer"), *entry("Et le SIRET ?", kind="question")])
    assert [(reply.kind, reply.text) for reply in replies] == [(Kind.ANSWER, "Voici"), (Kind.QUESTION, "Et le SIRET ?")]


def test_buttons_stay_with_their_own_message() -> None:
    button = {"title": "Oui", "payload": "/affirmer"}
    replies = merge_entries([*entry("Un", kind="answer", buttons=[button]), *entry("Deux", kind="question")])
    assert [len(reply.buttons) for reply in replies] == [1, 0]


def test_a_message_without_annotation_is_a_notice() -> None:
    [reply] = merge_entries(entry("Bonjour", kind=None, buttons=[{"title": "Oui", "payload": "/affirmer"}]))
    assert (reply.kind, reply.text, len(reply.buttons)) == (Kind.NOTICE, "Bonjour", 1)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{}],
        [{"text": ""}],
        [{"text": "  "}, {"custom": {"kind": "answer"}}],
        [{"custom": {"kind": "answer"}}],
        [{"image": "x.png"}],
        [5, None, "x"],
        [{"buttons": "x"}],
    ],
)
def test_nothing_to_read_is_nothing(entries: list[object]) -> None:
    assert merge_entries(entries) == []


def test_buttons_that_cannot_be_read_are_left_out_and_long_titles_cut() -> None:
    buttons = [{"title": "Oui"}, {"payload": "/x"}, "x", None, {"title": "T" * 300, "payload": "/ok"}]
    [reply] = merge_entries([{"text": "Bonjour", "buttons": buttons}])
    assert [(button.title, button.payload) for button in reply.buttons] == [("T" * 200, "/ok")]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "buttons", "custom", "kind", "sources", "title", "payload"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=5))
def test_no_answer_of_rasa_breaks_the_merging_and_no_reply_is_empty(entries: list[object]) -> None:
    assert all(reply.text.strip() for reply in merge_entries(entries))


# --- over HTTP ------------------------------------------------------------------------------------------------------


async def test_it_is_ready_when_the_channel_answers_and_not_when_nobody_listens(rasa: RasaStub) -> None:
    client = RasaClient(rasa.url, 5)
    assert await client.is_ready()
    await client.close()
    absent = RasaClient(f"http://127.0.0.1:{unused_port()}", 5)
    assert not await absent.is_ready()
    with pytest.raises(RasaUnavailable, match="ConnectError"):
        await absent.send(sender="s", text="Bonjour")
    await absent.close()


async def test_the_reason_of_a_failure_never_holds_the_text(rasa: RasaStub) -> None:
    client = RasaClient(rasa.url, 0.2)
    for failing in (lambda: rasa.stays_silent(), lambda: rasa.says_raw(500, b"boom"), lambda: rasa.says_raw(200, b"<html>")):
        failing()
        with pytest.raises(RasaUnavailable) as failure:
            await client.send(sender="s", text="un texte à ne pas redire")
        assert "ne pas redire" not in str(failure.value)
        assert str(failure.value)
    await client.close()
