"""Whole days at the help-desk, in Chromium: a person, agents, a supervisor."""

import re
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _open(page, numero):
    page.goto(f"/helpdesk/sollicitations/{numero}")
    expect(page.locator("[data-numero]")).to_have_attribute("data-numero", numero)


def _write_by_form(page, words):
    """A person's request by the plain form: its number and its follow-up link."""
    page.goto("/sollicitation")
    page.locator("[name=categorie]").first.wait_for()
    if page.locator("select[name=categorie]").count():
        page.locator("select[name=categorie]").select_option("facture_suspendue")
    else:
        page.locator("[name=categorie][value=facture_suspendue]").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Description").fill(words)
    page.get_by_label("Votre adresse électronique").fill("compta@exemple.fr")
    page.locator(".actions").get_by_role("button", name="Enregistrer ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est enregistrée")
    return page.locator(".number").inner_text(), page.get_by_label("Votre lien de suivi").input_value()


def _follow(page, link):
    page.goto("/suivi")
    page.get_by_label("Votre lien de suivi").fill(link)
    page.get_by_role("button", name="Ouvrir ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ma demande")


def _figures(page):
    """What a supervisor reads: received (the export says the same), closed, returned, accepted proposals of a subject."""
    page.goto("/helpdesk/supervision")
    expect(page.get_by_role("heading", level=1)).to_have_text("Supervision")
    said = re.sub(r"[\s\u202f]+", " ", page.get_by_label("Chiffres principaux").inner_text())
    received, closed, returned = (
        int(re.search(words, said).group(1).replace(" ", ""))
        for words in (r"([\d ]+) demandes? reçue", r"([\d ]+) demandes? close", r"renvoyées? par la personne \(([\d ]+) sur")
    )
    page.get_by_text("Tableau : accord avec le tri").click()
    agreed = page.get_by_role("region", name="Tableau : accord avec le tri").get_by_role("row", name=re.compile("^Sujet"))
    accepted = int(agreed.get_by_role("cell").first.inner_text().replace("\u202f", "")) if agreed.count() else 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter en CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    days = [line.split(";")[3] for line in lines if line.startswith("Volumes;Sollicitations créées;")]
    assert sum(map(int, days)) == received
    return {"received": received, "closed": closed, "returned": returned, "accepted": accepted}


# Without JavaScript too: everything essential works by forms.
@pytest.mark.parametrize("scripts", [True, False])
def test_a_whole_day_from_the_form_to_the_figures(open_page, open_desk, scripts):
    chief = open_desk("superviseur", "Sam Chef", java_script_enabled=scripts)
    before = _figures(chief)
    person = open_page(None, java_script_enabled=scripts)
    words = f"Ma facture est suspendue, le motif n'est pas clair. {uuid.uuid4().hex}"
    numero, link = _write_by_form(person, words)

    agent = open_desk(nom="Ana Martin", java_script_enabled=scripts)
    expect(agent.get_by_role("link", name=numero)).to_be_visible()
    agent.get_by_role("link", name=numero).click()
    expect(agent.get_by_text(words).first).to_be_visible()
    expect(agent.get_by_role("heading", name="Aide au tri")).to_be_visible()
    agent.get_by_role("button", name="Prendre").click()
    expect(agent.get_by_text("Cette demande est à vous.")).to_be_visible()
    agent.get_by_role("button", name=re.compile("^Accepter")).first.click()
    expect(agent.get_by_text("Votre choix est enregistré.")).to_be_visible()
    expect(agent.get_by_text("acceptée").first).to_be_visible()

    agent.get_by_label("Votre texte").fill("Quel est le motif affiché sur la facture ?")
    agent.get_by_role("button", name="Demander un complément", exact=True).click()
    expect(agent.get_by_text("Le complément est demandé.")).to_be_visible()
    expect(agent.get_by_text("délai suspendu").first).to_be_visible()

    _follow(person, link)
    expect(person.get_by_text("Quel est le motif affiché sur la facture ?")).to_be_visible()
    person.get_by_label("Votre complément").fill("Le motif est : pièce justificative absente.")
    person.get_by_role("button", name="Envoyer le complément").click()
    expect(person.get_by_text("Votre complément est enregistré.")).to_be_visible()

    _open(agent, numero)
    expect(agent.get_by_text("Le motif est : pièce justificative absente.")).to_be_visible()
    agent.get_by_label("Pour vos collègues seulement").fill("Note entre nous.")
    agent.get_by_role("button", name="Ajouter la note").click()
    expect(agent.get_by_text("Note entre nous.")).to_be_visible()
    agent.get_by_label("Votre texte").fill("Ajoutez la pièce à la facture, puis renvoyez-la.")
    agent.get_by_role("button", name="Envoyer comme solution").click()
    expect(agent.get_by_text("La réponse est envoyée.")).to_be_visible()

    _follow(person, link)
    expect(person.get_by_text("Ajoutez la pièce à la facture, puis renvoyez-la.")).to_be_visible()
    expect(person.get_by_text("Note entre nous.")).to_have_count(0)
    person.get_by_label("Ce qui ne convient pas").fill("Je ne trouve pas le bouton.")
    person.get_by_role("button", name="Renvoyer à l'équipe").click()
    expect(person.get_by_text("Votre demande est renvoyée à l'équipe")).to_be_visible()

    agent.goto("/helpdesk/files/renvoyees")
    agent.get_by_role("link", name=numero).click()
    expect(agent.get_by_text("Je ne trouve pas le bouton.")).to_be_visible()
    agent.get_by_text("Clore la demande", exact=True).click()
    agent.get_by_label("Motif", exact=True).select_option(label="Solution trouvée")
    agent.get_by_role("button", name="Clore", exact=True).click()
    expect(agent.get_by_text("La demande est close.")).to_be_visible()

    after = _figures(chief)
    assert after == {name: value + 1 for name, value in before.items()}
    for name in ("Demandes reçues et closes", "Demandes par sujet", "Propositions de tri acceptées, en pour cent"):
        expect(chief.get_by_role("img", name=name)).to_be_visible()


def test_of_two_agents_who_take_the_same_one_the_second_is_told_and_keeps_the_text(open_desk, ask_for_help):
    numero = ask_for_help()["numero"]
    ana, bao = open_desk(nom="Ana Martin"), open_desk(nom="Bao Petit")
    _open(ana, numero)
    _open(bao, numero)
    expect(bao.locator("[data-presence]")).to_contain_text("Ana Martin regarde aussi cette demande.")
    ana.get_by_role("button", name="Prendre").click()
    expect(ana.get_by_text("Cette demande est à vous.")).to_be_visible()
    expect(bao.locator("[data-perimee]")).to_be_visible()
    expect(bao.locator("[data-live=fil]")).to_contain_text("Ana Martin a pris la demande")

    bao.get_by_label("Votre texte").fill("Ma réponse patiemment écrite.")
    bao.get_by_role("button", name="Envoyer comme solution").click()
    expect(bao.get_by_role("heading", level=1)).to_have_text(f"{numero} a changé entre-temps")
    expect(bao.get_by_role("alert")).to_contain_text("Ana Martin")
    expect(bao.get_by_label("Votre texte")).to_have_value("Ma réponse patiemment écrite.")
    _open(bao, numero)
    expect(bao.get_by_label("Votre texte")).to_have_value("Ma réponse patiemment écrite.")
    bao.get_by_role("button", name="Prendre").click()
    expect(bao.get_by_role("alert")).to_contain_text("Ana Martin")


def test_new_arrivals_show_without_reload_and_nothing_ticked_is_lost(open_desk, ask_for_help):
    page = open_desk()
    first = ask_for_help()["numero"]
    expect(page.get_by_role("link", name=first)).to_be_visible()
    page.get_by_label(f"Choisir {first}").check()
    expect(page.locator("[data-coches]")).to_have_text("1 cochée")
    second = ask_for_help()["numero"]
    expect(page.locator("[data-fresh]")).to_contain_text("Des demandes ont changé.")
    expect(page.get_by_label(f"Choisir {first}")).to_be_checked()
    page.get_by_role("link", name="Actualiser la liste").click()
    expect(page.get_by_role("link", name=second)).to_be_visible()


def test_several_at_once_and_what_could_not_be_done(open_desk, ask_for_help):
    mark = uuid.uuid4().hex
    numbers = [ask_for_help(description=f"Une demande parmi d'autres {mark}")["numero"] for _ in range(3)]
    page, other = open_desk(nom="Ana Martin"), open_desk(nom="Bao Petit")
    page.goto(f"/helpdesk/files/a_trier?q={mark}")
    for numero in numbers:
        page.get_by_label(f"Choisir {numero}").check()
    _open(other, numbers[0])
    other.get_by_role("button", name="Prendre").click()
    expect(other.get_by_text("Cette demande est à vous.")).to_be_visible()
    page.get_by_role("button", name="Faire").click()
    expect(page.get_by_text("2 demandes traitées")).to_be_visible()
    expect(page.get_by_role("heading", name="1 demande inchangée")).to_be_visible()
    expect(page.get_by_text("Bao Petit")).to_be_visible()


def test_all_of_a_page_are_ticked_at_once_and_only_the_choice_that_is_needed_shows(open_desk, ask_for_help):
    mark = uuid.uuid4().hex
    numbers = [ask_for_help(description=f"À clore ensemble {mark}")["numero"] for _ in range(3)]
    page = open_desk()
    page.goto(f"/helpdesk/files/a_trier?q={mark}")
    every = page.get_by_label("Choisir toutes les demandes de la page")
    every.check()
    expect(page.locator("[data-coches]")).to_have_text("3 cochées")
    page.get_by_label(f"Choisir {numbers[0]}").uncheck()
    expect(page.locator("[data-coches]")).to_have_text("2 cochées")
    assert every.evaluate("box => box.indeterminate")
    every.check()
    bar = page.locator("[data-gestes]")
    for name in ("Agent", "Sujet", "Motif"):
        expect(bar.get_by_label(name, exact=True)).to_be_hidden()
    bar.get_by_label("Pour les demandes cochées").select_option(label="les clore, motif…")
    expect(bar.get_by_label("Agent", exact=True)).to_be_hidden()
    bar.get_by_label("Motif", exact=True).select_option(label="Demande en double")
    bar.get_by_role("button", name="Faire").click()
    expect(page.get_by_text("3 demandes traitées")).to_be_visible()
    page.goto(f"/helpdesk/files/closes?q={mark}")
    for number in numbers:
        expect(page.get_by_role("link", name=number)).to_be_visible()


def test_from_one_of_a_list_to_the_next_and_back_to_the_same_list(open_desk, ask_for_help):
    mark = uuid.uuid4().hex
    numbers = [ask_for_help(description=f"L'une après l'autre {mark}")["numero"] for _ in range(3)]
    page = open_desk()
    listed = f"/helpdesk/files/a_trier?q={mark}&tri=anciennes"
    page.goto(listed)
    page.get_by_role("link", name=numbers[0]).click()
    trail = page.get_by_role("navigation", name="Dans la liste")
    expect(trail.get_by_role("link", name="Précédente")).to_have_count(0)
    trail.get_by_role("link", name=f"Suivante : {numbers[1]}").click()
    expect(page.locator("[data-numero]")).to_have_attribute("data-numero", numbers[1])
    page.get_by_role("button", name="Prendre").click()
    expect(page.get_by_text("Cette demande est à vous.")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("[data-numero]")).to_have_attribute("data-numero", numbers[2])
    page.keyboard.press("k")
    expect(page.locator("[data-numero]")).to_have_attribute("data-numero", numbers[1])
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(f"{re.escape(listed)}$"))


def test_what_is_typed_outlives_a_reload_until_it_is_sent_and_ends_with_the_session(open_desk, ask_for_help):
    numero = ask_for_help()["numero"]
    page = open_desk()
    _open(page, numero)
    page.get_by_label("Votre texte").fill("Une réponse en chemin.")
    page.get_by_label("Pour vos collègues seulement").fill("Une note en chemin.")
    page.reload()
    expect(page.get_by_label("Votre texte")).to_have_value("Une réponse en chemin.")
    page.get_by_role("button", name="Ajouter la note").click()
    expect(page.get_by_text("La note interne est ajoutée.")).to_be_visible()
    expect(page.get_by_label("Pour vos collègues seulement")).to_have_value("")
    expect(page.get_by_label("Votre texte")).to_have_value("Une réponse en chemin.")
    page.get_by_role("button", name="L'effacer").click()
    page.reload()
    expect(page.get_by_label("Votre texte")).to_have_value("")
    page.get_by_label("Votre texte").fill("Un secret d'agent.")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_have_text("Vous êtes déconnecté.")
    assert page.evaluate("Object.values(sessionStorage).join()").find("Un secret d'agent.") == -1


def test_duplicates_are_compared_merged_and_taken_apart(open_desk, ask_for_help):
    old, new = ask_for_help()["numero"], ask_for_help()["numero"]
    page = open_desk()
    _open(page, new)
    page.get_by_text("Réunir avec une autre demande").click()
    page.get_by_label("Numéro de l'autre demande").fill(old)
    page.get_by_role("button", name="Comparer").click()
    expect(page.get_by_role("radio", name=old)).to_be_checked()
    page.get_by_role("button", name="Réunir").click()
    expect(page.get_by_text("Les deux demandes sont réunies.")).to_be_visible()
    page.get_by_role("button", name="Les séparer").click()
    expect(page.get_by_text("Les deux demandes sont de nouveau séparées.")).to_be_visible()
    expect(page.locator("[data-numero]")).to_have_attribute("data-numero", new)


def test_a_model_goes_into_the_box_below_what_is_typed_and_a_gap_stops_the_sending(open_desk, ask_for_help):
    page = open_desk()
    _open(page, ask_for_help()["numero"])
    page.get_by_label("Votre texte").fill("Un mot avant.")
    page.get_by_label("Partir d'un modèle").select_option("facture_suspendue")
    page.get_by_role("button", name="Mettre dans la zone de texte").click()
    box = page.get_by_label("Votre texte")
    expect(box).to_have_value(re.compile(r"^Un mot avant\.\n\nBonjour,"))
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()").startswith("[à compléter")
    page.get_by_role("button", name="Envoyer comme solution").click()
    expect(page.get_by_role("alert")).to_contain_text("Complétez d'abord le texte")
    expect(page.get_by_label("Votre texte")).to_have_value(re.compile("Un mot avant."))


def test_the_keyboard_is_enough(open_desk, ask_for_help):
    mark = uuid.uuid4().hex
    numbers = [ask_for_help(description=f"Au clavier seulement {mark}")["numero"] for _ in range(2)]
    page = open_desk()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    search = page.get_by_label("Rechercher dans les demandes")
    expect(search).to_be_focused()
    page.keyboard.type(mark)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=numbers[0])).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr[data-chosen] input[type=checkbox]")).to_be_checked()
    page.keyboard.press("j")
    expect(page.locator("tr[data-chosen]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-numero]")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("Cette demande est à vous.")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Pour vos collègues seulement")).to_be_focused()
    page.keyboard.type("pjx?")
    expect(page.get_by_label("Pour vos collègues seulement")).to_have_value("pjx?")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("Les miennes")
