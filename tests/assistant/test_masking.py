"""Secrets are taken out of every text, and nothing else is (DESIGN §7)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from assistant.masking import MASK, Secret, mask_secrets

IBAN = "FR7630006000011234567890189"
CARD = "4111111111111111"
PASSWORD = "Azerty!2024"


def spaced(text: str, sign: str = " ", size: int = 4) -> str:
    return sign.join(text[start : start + size] for start in range(0, len(text), size))


# --- passwords ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "mot de passe : {}",
        "Mot de passe:{}",
        "MOT DE PASSE = {}",
        "mon mot de passe est {}",
        "mon mdp c'est {} et ça ne marche pas",
        "mdp c’est {}",
        "mdp={}",
        "mdp : « {} »",
        'password: "{}"',
        "my password is {}",
        "pwd={}",
        "login toto pass : {}",
        "mot de passe Chorus Pro : {}",
        "mot de passe du compte technique = {}",
        "le mot de passe de mon compte : {}",
        "le mot de passe provisoire est {}",
        "le mot de passe que j'utilise est {}",
        "mon mot de passe {} est refusé",
        "mot de passe ({})",
        "mot_de_passe={}",
        '{{"login": "toto", "password": "{}"}}',
        "client_secret={}",
        '"client_secret":"{}"',
        "client secret : {}",
        "api_key={}",
        "clé secrète : {}",
        "Mots de passe : {}",
        "voici mon mot de passe :\n{}",
    ],
)
def test_a_password_is_masked_however_it_is_announced(text: str) -> None:
    masked = mask_secrets(text.format(PASSWORD))
    assert PASSWORD not in masked.text
    assert MASK in masked.text
    assert masked.found == {Secret.PASSWORD}


@pytest.mark.parametrize(
    "password", ["p@ss'word1", 'gu"illemets9', "virg,ule7", "point;virgule7", "abc»def12", "(1Parenthese)", "é&à_9çZ", "•abc12"]
)
def test_no_part_of_a_password_with_odd_signs_is_left(password: str) -> None:
    masked = mask_secrets(f"mot de passe : {password} merci").text
    assert masked.endswith(" merci")
    for part in re.findall(r"\w{3,}", password):
        assert part not in masked


def test_what_stands_around_a_password_stays() -> None:
    assert (
        mask_secrets("Bonjour, mon mot de passe est Toto2024, que faire ?").text
        == f"Bonjour, mon mot de passe est {MASK}, que faire ?"
    )
    assert mask_secrets("(mdp: Toto2024)").text == f"(mdp: {MASK})"


def test_the_tokens_of_the_chorus_pro_api_are_masked() -> None:
    assert "VEVDSF8x" not in mask_secrets("cpro-account: VEVDSF8xQGNwcm86cGFzcw==").text
    assert "eyJhbGci" not in mask_secrets("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc").text
    assert "a1b2c3d4" not in mask_secrets('{"access_token": "a1b2c3d4e5", "expires_in": 3600}').text


@pytest.mark.parametrize(
    "text",
    [
        "mot de passe oublié",
        "J'ai un mot de passe oublié, que faire ?",
        "mon mot de passe est oublié.",
        "mon mot de passe est bloqué",
        "Mon mot de passe est expiré !",
        "mot de passe est refusé, pourquoi ?",
        "le mot de passe est trop court",
        "le mot de passe : comment le changer ?",
        "mdp perdu",
        "le mot de passe de 12 caractères minimum",
        "changer de mot de passe Chorus Pro",
        "c'est quoi un mot de passe technique",
        "mot de passe",
        "Règles du mot de passe ?",
        "le secret est bien gardé",
        "Pourquoi mon nouveau mot de passe est-il refusé ?",
        "mon mot de passe est réinitialisé mais rien ne change",
        "access_token expire_in 3600",
        "header cpro-account base64",
        "mot de passe oublié : https://portail.chorus-pro.gouv.fr/",
        "mot de passe oublié, ma facture est F2024-001",
    ],
)
def test_words_about_passwords_are_no_password(text: str) -> None:
    masked = mask_secrets(text)
    assert masked.text == text
    assert masked.found == frozenset()


# --- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mon code est 482913", "482913"),
        ("le code reçu par mail : 482 913", "482 913"),
        ("code de vérification 48291377", "48291377"),
        ("OTP 482913", "482913"),
        ("code 2FA: 482913", "482913"),
        ("le code à 6 chiffres : 482913", "482913"),
        ("j'ai reçu le code 4829", "4829"),
        ("les codes 482913 et 573920 sont refusés", "573920"),
        ("mon code est 120412", "120412"),
        ("double authentification : 482913", "482913"),
    ],
)
def test_a_one_time_code_is_masked(text: str, code: str) -> None:
    masked = mask_secrets(text)
    assert code not in masked.text
    assert Secret.CODE in masked.found


@pytest.mark.parametrize(
    "text",
    [
        "le code service 1234 est inconnu",
        "code postal 75001 Paris",
        "code APE 6201",
        "le code erreur 4040 s'affiche",
        "double authentification obligatoire depuis 2024",
        "code statut 0208",
        "le code commune 75056",
        "mon code ne marche pas pour la facture 20240012",
        "Code de la commande publique, R. 2112-13",
        "code général des impôts, article 1737",
        "le code du pays suit la norme ISO 3166",
    ],
)
def test_codes_that_are_no_secret_stay(text: str) -> None:
    assert mask_secrets(text).text == text


# --- cards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", [CARD, "5500005555555559", "378282246310005", "6011000990139424", "4222222222222", "2223003122003222"]
)
@pytest.mark.parametrize("sign", ["", " ", "-", ".", "\u00a0", "\u202f"])
def test_a_card_number_is_masked_but_its_last_four_digits(number: str, sign: str) -> None:
    assert luhn.is_valid(number)
    masked = mask_secrets(f"ma carte {spaced(number, sign)} merci")
    assert masked.text == f"ma carte {MASK} {number[-4:]} merci"
    assert masked.found == {Secret.CARD}


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111 123",
        "12 4111 1111 1111 1111",
        "SIRET 73282932000074 4111 1111 1111 1111",
        "4111 1111 1111 1111 12/27 cvv 123",
        "carte:4111111111111111/12",
    ],
)
def test_a_card_number_among_other_numbers_is_masked(text: str) -> None:
    masked = mask_secrets(text)
    assert "4111" not in masked.text
    assert masked.found == {Secret.CARD}


def test_an_american_express_number_in_its_own_groups_is_masked() -> None:
    assert mask_secrets("3782 822463 10005").text == f"{MASK} 0005"


@pytest.mark.parametrize(
    "text",
    [
        "SIRET 73282932000074",
        "SIRET 732 829 320 00074",
        "siret 40483304800022",
        "siret 404 833 048 00022 12 rue de la Paix",
        "SIREN 732829320",
        "facture 2024-0042",
        "facture 4111111111111112",
        "numéro d'engagement 4500012345",
        "flux CPP0001110000000000012345",
        "FAC 20240315 0001",
        "tél. 06 12 34 56 78",
        "marché 2023000000000042",
        "les factures 2023001 2023002 2023003",
    ],
)
def test_identifiers_of_an_invoice_stay(text: str) -> None:
    masked = mask_secrets(text)
    assert masked.text == text
    assert masked.found == frozenset()


# --- IBAN -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        IBAN,
        spaced(IBAN),
        spaced(IBAN, "-"),
        spaced(IBAN, "."),
        spaced(IBAN, "\u00a0"),
        spaced(IBAN, "\u202f"),
        spaced(IBAN, "  "),
        IBAN.lower(),
    ],
)
@pytest.mark.parametrize("after", ["", " merci de payer", ", merci", ".", " 12 rue X", "\nBonjour"])
def test_an_iban_is_masked_but_its_country_and_last_four_signs(written: str, after: str) -> None:
    masked = mask_secrets(f"voici mon IBAN : {written}{after}")
    assert masked.text == f"voici mon IBAN : FR{MASK}0189{after}"
    assert masked.found == {Secret.IBAN}


@pytest.mark.parametrize("before", ["cadre A11 ", "code CS01 ", "ref AB12-", "IBAN", "iban:", "A1 "])
def test_an_iban_right_after_another_word_is_masked(before: str) -> None:
    assert "30006000" not in mask_secrets(before + IBAN).text
    assert "3000" not in mask_secrets(before + spaced(IBAN)).text


def test_two_ibans_are_both_masked() -> None:
    other = "DE89370400440532013000"
    assert mask_secrets(f"{IBAN} {other}").text == f"FR{MASK}0189 DE{MASK}3000"
    assert mask_secrets(f"{spaced(IBAN)} {spaced(other)}").text == f"FR{MASK}0189 DE{MASK}3000"


def test_a_french_iban_with_a_slip_is_masked_too() -> None:
    assert mask_secrets("FR76 3000 6000 0112 3456 7890 188").text == f"FR{MASK}0188"


@pytest.mark.parametrize("text", ["TVA FR40303265045", "la référence AB12 n'est pas connue du destinataire", "FR12345678901"])
def test_a_vat_number_and_plain_references_are_no_iban(text: str) -> None:
    assert mask_secrets(text).text == text


# --- any text -------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "mot",
        "de",
        "passe",
        "mdp",
        "code",
        "est",
        ":",
        "=",
        "IBAN",
        "facture",
        "123456",
        "654321",
        "2024",
        "FR76",
        "A11",
        "••••",
        "c'est",
        "SIRET",
        "73282932000074",
        "merci,",
        "otp",
        "password",
        "\n",
        "«",
        "»",
        IBAN,
        CARD,
        spaced(IBAN),
        spaced(CARD),
        "FR•••• 1234",
        "mot de passe :",
    ]
)
SENTENCES = st.lists(WORDS | st.text(max_size=6), max_size=12).map(" ".join)


@given(st.text() | SENTENCES)
@settings(max_examples=300, deadline=None)
def test_masking_never_fails_and_a_second_time_changes_nothing(text: str) -> None:
    once = mask_secrets(text)
    twice = mask_secrets(once.text)
    assert twice.text == once.text
    assert bool(once.found) == (once.text != text)


LETTERS = st.text(alphabet="abcdefghij éàç,.!?\n", max_size=25)


@st.composite
def ibans(draw: st.DrawFn) -> str:
    account = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=23, max_size=23)))
    number = "FR" + iban.calc_check_digits(f"FR00{account}") + account
    return draw(st.sampled_from([number, spaced(number), spaced(number, "-"), number.lower()]))


@st.composite
def cards(draw: st.DrawFn) -> str:
    start = draw(st.sampled_from(["4", "51", "55", "2221"]))
    digits = start + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=15 - len(start), max_size=15 - len(start))))
    number = digits + luhn.calc_check_digit(digits)
    return draw(st.sampled_from([number, spaced(number), spaced(number, "-"), spaced(number, ".")]))


@given(LETTERS, ibans(), LETTERS)
@settings(max_examples=150, deadline=None)
def test_a_planted_iban_never_stays(before: str, number: str, after: str) -> None:
    masked = mask_secrets(f"{before} {number} {after}")
    compact = re.sub(r"[^A-Za-z0-9]", "", number)
    left = re.sub(r"[^A-Za-z0-9]", "", masked.text)
    assert compact[4:20] not in left
    assert Secret.IBAN in masked.found


@given(LETTERS, cards(), LETTERS)
@settings(max_examples=150, deadline=None)
def test_a_planted_card_number_never_stays(before: str, number: str, after: str) -> None:
    masked = mask_secrets(f"{before} {number} {after}")
    assert re.sub(r"\D", "", number)[:12] not in re.sub(r"\D", "", masked.text)
    assert Secret.CARD in masked.found


PASSWORDS = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=20).filter(
    lambda word: bool(re.search(r"[a-z]{2}", word)) and bool(re.search(r"\d", word))
)


@given(
    LETTERS,
    st.sampled_from(["mot de passe : ", "mdp=", "mon mot de passe est ", "password: ", "mdp c'est ", "client_secret="]),
    PASSWORDS,
    st.sampled_from(["", " merci", "\nBonjour"]),
)
@settings(max_examples=150, deadline=None)
def test_a_planted_password_never_stays(before: str, label: str, password: str, after: str) -> None:
    masked = mask_secrets(f"{before} {label}{password}{after}").text
    assert password not in masked
    assert not any(len(part) > 3 and part in masked.split(label)[-1] for part in re.findall(r"[A-Za-z0-9]+", password))
