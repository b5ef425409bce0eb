"""What the chat says of quizzes."""

from collections.abc import Sequence

from actions.base import Services
from actions.journey_replies import bullets, command_button, fiche_buttons
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.journeys import quiz
from assistant.journeys.enums import Genre
from assistant.journeys.schemas import Serie
from assistant.journeys.state import Commande, EtatQuiz, Verbe

_MAX_FICHES = 4


def series_question(services: Services) -> Reply:
    """Which series?"""
    buttons = [
        command_button(serie.titre, Genre.QUIZ, Commande(verbe=Verbe.ALLER), serie.id)
        for serie in services.journeys.series.values()
    ]
    return Reply(kind=Kind.QUESTION, text=services.journeys.textes["quiz_choisir"], buttons=buttons)


def quiz_question(services: Services, serie: Serie, etat: EtatQuiz) -> Reply | None:
    """The next question; None once all are answered."""
    vu = quiz.view(services.journeys, serie, etat)
    if vu.courant is None:
        return None
    text = services.journeys.textes["quiz_question"].format(
        numero=vu.courant.numero, nombre=len(vu.items), question=vu.courant.item.question
    )
    buttons = [
        command_button(choice, Genre.QUIZ, Commande(verbe=Verbe.REPONDRE, cible=vu.courant.item.id, valeur=str(place)), serie.id)
        for place, (_, choice) in enumerate(vu.courant.choix)
    ]
    return Reply(kind=Kind.QUESTION, text=text, buttons=buttons)


def correction(services: Services, serie: Serie, etat: EtatQuiz, item: str) -> Reply | None:
    """Right or not, the explanation and its source; None for what was not answered."""
    vu = quiz.view(services.journeys, serie, etat).item(item)
    if vu is None or vu.reponse is None:
        return None
    text = services.journeys.textes["quiz_juste" if vu.juste else "quiz_faux"].format(
        bonne=vu.item.bonne, explication=vu.item.explication
    )
    # What is wrong may be looked up at once; the quiz goes on afterwards.
    buttons = [] if vu.juste else fiche_buttons(services, vu.item.fiches, 1)
    return Reply(kind=Kind.ANSWER, text=text, sources=[vu.item.source], buttons=buttons)


def quiz_end(services: Services, serie: Serie, etat: EtatQuiz, finished: Sequence[EtatQuiz]) -> Reply:
    """The score by theme, before and after, what to read again."""
    texts = services.journeys.textes
    score = quiz.score(quiz.view(services.journeys, serie, etat))
    themes = bullets(
        texts["quiz_theme"].format(titre=theme.titre, justes=right, total=total) for theme, right, total in score.themes
    )
    parts = [texts["quiz_score"].format(justes=score.justes, total=score.total, themes=themes)]
    compared = quiz.compare(services.journeys, serie, finished)
    if compared is not None:
        parts.append(
            texts["quiz_progres"].format(
                avant=compared.avant.justes,
                avant_total=compared.avant.total,
                apres=compared.apres.justes,
                apres_total=compared.apres.total,
            )
        )
    parts += [texts["quiz_relire" if score.a_relire else "quiz_parfait"], texts["quiz_page"]]
    buttons: list[ReplyButton] = fiche_buttons(services, score.a_relire, _MAX_FICHES)
    buttons.append(command_button(texts["quiz_refaire"], Genre.QUIZ, Commande(verbe=Verbe.RECOMMENCER), serie.id))
    buttons.append(ReplyButton(title=texts["quiz_autre"], payload="/commencer_quiz"))
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), buttons=buttons)
