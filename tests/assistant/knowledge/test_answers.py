"""Answers about everything the assistant knows: never empty, with a source, honest, every placeholder filled."""

import json
import re
import string

import pytest

from actions.base import Services
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.journeys.load import load_journeys
from assistant.knowledge.answers import FOLLOW_UPS, Answers, as_steps
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Confiance, Section
from assistant.knowledge.subjects import Sujet
from tests.support.paths import ROOT
from tests.support.services import real_knowledge

FORGOTTEN = Sujet("fiche", "compte-mot-de-passe-oublie")


def all_subjects() -> list[Sujet]:
    knowledge = real_knowledge()
    return [
        Sujet(famille, cle)  # type: ignore[arg-type]
        for famille, table in (
            ("fiche", knowledge.fiches),
            ("statut", knowledge.statuts),
            ("anomalie", knowledge.anomalies),
            ("cadre", knowledge.cadres),
            ("terme", knowledge.termes),
        )
        for cle in table
    ]


@pytest.fixture(scope="module")
def answers(services: Services) -> Answers:
    return services.answers


def flaws(reply: Reply | None, least_words: int = 4) -> list[str]:
    """What no answer may have."""
    if reply is None:
        return ["no answer"]
    found = []
    if len(reply.text.split()) < least_words:
        found.append(f"almost empty: {reply.text!r}")
    if not reply.sources or not all(source.url.startswith("http") and source.date for source in reply.sources):
        found.append("no source")
    if re.search(r"non[ _]v[ée]rifi[ée]", reply.text, re.IGNORECASE):
        found.append(f"says what nobody could verify: {reply.text!r}")
    if re.search(r"[{}]", reply.text):
        found.append(f"a brace: {reply.text!r}")
    if re.search(r"\bNone\b|\bnan\b|\*\* *\*\*|\.\.(?!\.)", reply.text):
        found.append(f"a hole: {reply.text!r}")
    if any(not button.title or len(button.title) > 200 or not button.payload.startswith("/") for button in reply.buttons):
        found.append("a bad button")
    return found


def test_every_subject_has_a_good_answer(answers: Answers) -> None:
    wrong = {str(sujet): found for sujet in all_subjects() if (found := flaws(answers.subject(sujet, 0.8)))}
    assert wrong == {}


def test_every_answer_says_how_sure_the_recognition_was(answers: Answers) -> None:
    for sujet in all_subjects():
        reply = answers.subject(sujet, 0.8)
        assert reply is not None
        assert (reply.kind, reply.confidence) == (Kind.ANSWER, 0.8)
        assert reply.fiche == (sujet.cle if sujet.famille == "fiche" else None)


def test_what_is_not_sure_is_said_as_such_and_only_then(answers: Answers, knowledge: Knowledge) -> None:
    caution = knowledge.textes["confiance_basse"]
    for famille, table in (("fiche", knowledge.fiches), ("statut", knowledge.statuts), ("anomalie", knowledge.anomalies)):
        for cle, row in table.items():
            reply = answers.subject(Sujet(famille, cle))  # type: ignore[arg-type]
            assert reply is not None
            assert (caution in reply.text) == (row.confiance is Confiance.BASSE), cle


def test_every_follow_up_of_every_subject_is_answered(answers: Answers) -> None:
    wrong = {}
    for sujet in all_subjects():
        for intent in FOLLOW_UPS:
            reply = answers.follow_up(sujet, intent)
            found = [flaw for flaw in flaws(reply, 2) if not (reply.kind is Kind.UNKNOWN and flaw == "no source")]
            if found:
                wrong[f"{sujet} {intent}"] = found
    assert wrong == {}


def test_a_follow_up_gives_the_section_that_it_asks_for(answers: Answers, knowledge: Knowledge) -> None:
    for fiche in knowledge.fiches.values():
        for intent, section in FOLLOW_UPS.items():
            reply = answers.follow_up(Sujet("fiche", fiche.id), intent)
            if section in fiche.sections:
                assert reply.text == fiche.sections[section]
                assert reply.sources == fiche.sources
            else:
                assert f"pas de réponse sûre à ce point sur « {fiche.titre} »" in reply.text


def test_without_that_section_the_whole_answer_is_shown_again_with_a_word(answers: Answers, knowledge: Knowledge) -> None:
    fiche = next(fiche for fiche in knowledge.fiches.values() if Section.QUI not in fiche.sections)
    reply = answers.follow_up(Sujet("fiche", fiche.id), "suite_qui")
    assert reply.kind is Kind.ANSWER
    assert reply.text.endswith(fiche.texte)
    assert reply.text.startswith("Je n'ai pas de réponse sûre")


def test_when_it_does_not_work_the_way_on_is_a_sollicitation(answers: Answers) -> None:
    for sujet in all_subjects():
        reply = answers.follow_up(sujet, "suite_echec")
        assert [button.payload for button in reply.buttons] == ["/preparer_sollicitation" + json.dumps({"sujet": str(sujet)})], (
            str(sujet)
        )


def test_the_buttons_of_a_fiche_are_its_sections(answers: Answers, knowledge: Knowledge) -> None:
    for fiche in knowledge.fiches.values():
        reply = answers.fiche(fiche)
        assert {button.payload for button in reply.buttons} == {
            f"/{intent}" for intent, section in FOLLOW_UPS.items() if section in fiche.sections
        }


@pytest.mark.parametrize("famille", ["fiche", "statut", "anomalie", "cadre", "terme", "categorie"])
def test_a_subject_that_is_not_known_any_more_has_no_answer_and_no_title(
    answers: Answers, knowledge: Knowledge, famille: str
) -> None:
    sujet = Sujet(famille, "n-existe-plus")  # type: ignore[arg-type]
    assert answers.subject(sujet) is None
    assert answers.title(sujet) is None
    reply = answers.follow_up(sujet, "suite_qui")
    assert reply.kind is Kind.UNKNOWN
    assert reply.buttons
    assert reply.text == knowledge.textes["rien_en_cours"]


# --- statuses, cadres, terms ----------------------------------------------------------------------------------------


def test_a_status_is_explained_with_what_to_do_and_what_it_does_to_the_payment(answers: Answers, knowledge: Knowledge) -> None:
    for statut in knowledge.statuts.values():
        text = answers.statut(statut).text
        assert text.startswith(f"**{statut.libelle}**. {statut.sens}")
        assert f"**Ce que vous devez faire.** {as_steps(statut.action)}" in text
        assert "**Le délai de paiement court-il ?**" in text
        assert ("**Numéro de facture.**" in text) == (statut.numero != "sans_objet"), statut.code


def test_what_nobody_could_verify_of_a_status_is_said_honestly(answers: Answers, knowledge: Knowledge) -> None:
    unsure = [statut for statut in knowledge.statuts.values() if statut.delai.startswith("Non vérifié")]
    assert unsure
    for statut in unsure:
        assert knowledge.textes["statut_non_verifie"] in answers.statut(statut).text


def test_a_term_is_told_from_the_one_it_is_mistaken_for(answers: Answers, knowledge: Knowledge) -> None:
    pairs = [terme for terme in knowledge.termes.values() if terme.ne_pas_confondre and terme.difference]
    assert pairs
    for terme in pairs:
        assert f"**À ne pas confondre avec {terme.ne_pas_confondre}.** {terme.difference}" in answers.terme(terme).text


def test_a_comparison_holds_both_definitions_and_the_difference_once(answers: Answers, knowledge: Knowledge) -> None:
    terme = next(terme for terme in knowledge.termes.values() if terme.difference and terme.ne_pas_confondre in knowledge.termes)
    other = knowledge.termes[terme.ne_pas_confondre]
    for left, right in ((terme, other), (other, terme)):
        reply = answers.comparison(Sujet("terme", left.terme), Sujet("terme", right.terme), 0.5)
        assert flaws(reply) == []
        assert reply is not None
        assert f"**{left.terme}** : {left.definition}\n\n**{right.terme}** : {right.definition}" in reply.text
        differences = {row.difference for row in (left, right) if row.difference}
        assert sum(reply.text.count(difference) for difference in differences) == 1
        assert {source.url for source in reply.sources} == {left.source_url, right.source_url}


def test_things_of_different_kinds_can_be_compared_and_unknown_ones_cannot(answers: Answers, knowledge: Knowledge) -> None:
    statut, cadre = Sujet("statut", next(iter(knowledge.statuts))), Sujet("cadre", next(iter(knowledge.cadres)))
    reply = answers.comparison(statut, cadre)
    assert flaws(reply) == []
    assert reply is not None
    assert f"Statut « {knowledge.statuts[statut.cle].libelle} »" in reply.text
    assert f"Cadre {cadre.cle}" in reply.text
    assert answers.comparison(statut, Sujet("terme", "n-existe-pas")) is None
    assert answers.comparison(Sujet("fiche", FORGOTTEN.cle), statut) is None


# --- buttons and texts ----------------------------------------------------------------------------------------------


def test_choices_are_three_at_most_and_something_else(answers: Answers, knowledge: Knowledge) -> None:
    subjects = [Sujet("statut", code) for code in list(knowledge.statuts)[:5]]
    reply = answers.choices(subjects, "Lequel ?")
    assert [button.payload for button in reply.buttons[:3]] == [
        "/fiche" + json.dumps({"sujet": str(sujet)}) for sujet in subjects[:3]
    ]
    assert [button.title for button in reply.buttons[3:]] == ["Autre chose"]
    assert (reply.kind, reply.text) == (Kind.CHOICES, "Lequel ?")


def test_every_button_of_a_subject_bears_human_words(answers: Answers) -> None:
    for sujet in all_subjects():
        title = answers.subject_button(sujet).title
        assert 0 < len(title) <= 200
        assert title != sujet.cle or sujet.famille == "terme", str(sujet)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_that_the_code_names_exists_and_every_text_is_named(knowledge: Knowledge) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("assistant", "actions", "api")
        for path in (ROOT / folder).rglob("*.py")
        # Triage has texts of its own (data/triage/textes.yml).
        if not {"nlu", "triage"} & set(path.parts)
    )
    named = set(re.findall(r"(?:textes|texts)\[\"([a-z_]+)\"\]", code))
    assert named
    assert named - set(knowledge.textes) - set(load_journeys(ROOT / "data" / "knowledge").textes) == set()


def test_placeholders_are_plain_names(knowledge: Knowledge) -> None:
    for key, text in knowledge.textes.items():
        assert all(re.fullmatch(r"[a-z_]+", name) for name in placeholders(text)), key


def test_no_knowledge_holds_a_brace_that_would_be_taken_for_a_placeholder(knowledge: Knowledge) -> None:
    braced = [
        f"{row.__class__.__name__}.{name}"
        for table in (knowledge.statuts, knowledge.anomalies, knowledge.cadres, knowledge.termes)
        for row in table.values()
        for name, value in row.model_dump().items()
        if isinstance(value, str) and re.search(r"[{}]", value)
    ]
    assert braced == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Attendez.", "Attendez."),
        ("Corrigez : 1) Ouvrez. 2) Renvoyez.", "Corrigez :\n\n1. Ouvrez.\n2. Renvoyez."),
        ("Un délai de 30 jours (article 2) suffit.", "Un délai de 30 jours (article 2) suffit."),
    ],
)
def test_steps_of_a_table_become_a_numbered_list(text: str, shown: str) -> None:
    assert as_steps(text) == shown
