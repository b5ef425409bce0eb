"""Reading data/knowledge: what is right is understood, what is wrong is told with its file."""

from pathlib import Path

import pytest

from assistant.knowledge.load import KnowledgeError, load_knowledge, parse_fiche
from assistant.knowledge.schemas import Confiance, Section
from tests.assistant.knowledge.samples import ANOMALIES, CADRES, FICHE, GLOSSAIRE, SOLLICITATIONS, STATUTS, fiche, write_knowledge


def test_a_fiche_is_understood_piece_by_piece() -> None:
    parsed = parse_fiche(FICHE)
    assert (parsed.id, parsed.titre, parsed.domaine, parsed.confiance) == (
        "essai-creer",
        "Créer un essai",
        "essai",
        Confiance.HAUTE,
    )
    assert parsed.questions == ["Comment créer un essai ?", "Où crée-t-on un essai ?", "Je veux créer un essai"]
    assert [(source.titre, source.url, source.date) for source in parsed.sources] == [
        ("Une page publique", "https://exemple.fr/page", "2024")
    ]
    assert parsed.reponse == "Ouvrez la **page** des essais et cliquez sur « Créer »."
    assert parsed.etapes == "1. Ouvrez la page.\n2. Cliquez."
    assert parsed.sections == {Section.AUTREMENT_DIT: "Il suffit de cliquer.", Section.COMBIEN_DE_TEMPS: "Deux jours."}
    assert parsed.texte == f"{parsed.reponse}\n\n{parsed.etapes}"


def test_a_source_without_a_date_says_so() -> None:
    assert parse_fiche(fiche(before_1="    date: 2024\n", after_1="")).sources[0].date == "non datée"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("---\nid", "id", "l'en-tête YAML entre deux lignes « --- » manque"),
        ("id: essai-creer\n", "", "id: Field required"),
        ("id: essai-creer", "id: Essai_Créer", "id: String should match pattern"),
        ("titre: Créer un essai", f"titre: {'x' * 61}", "titre: String should have at most 60"),
        ("  - Où crée-t-on un essai ?\n", "", "questions: List should have at least 3"),
        ("confiance: haute", "confiance: totale", "confiance: Input should be 'haute', 'moyenne' or 'basse'"),
        ("faits: [A-01]", "faits: []", "faits: List should have at least 1"),
        ("https://exemple.fr/page", "page-du-portail", "sources.0.url"),
        ("## Combien de temps", "## Durée", "« Durée » n'est pas une des sections"),
        ("voir_aussi:", "voir_ausi:", "voir_ausi: Extra inputs are not permitted"),
        ("id: essai-creer", "id: [essai", "parsing"),
    ],
)
def test_what_is_wrong_in_a_fiche_is_told_with_its_file(tmp_path: Path, before: str, after: str, told: str) -> None:
    place = write_knowledge(tmp_path)
    path = place / "fiches" / "essai" / "essai-creer.md"
    path.write_text(fiche(before_1=before, after_1=after), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(place)
    [problem] = [problem for problem in error.value.problems if str(path) in problem]
    assert told in problem


def test_a_section_that_stands_twice_is_told(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    path = place / "fiches" / "essai" / "essai-creer.md"
    path.write_text(FICHE + "\n## Combien de temps\nTrois jours.\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"essai-creer\.md.*« Combien de temps » existe deux fois"):
        load_knowledge(place)


def test_a_fiche_must_stand_in_the_file_and_folder_of_its_name(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    good = place / "fiches" / "essai" / "essai-creer.md"
    good.rename(good.with_name("essai-autre.md"))
    with pytest.raises(
        KnowledgeError, match=r"essai-autre\.md: l'id « essai-creer » ou le domaine « essai » ne correspond pas au fichier"
    ):
        load_knowledge(place)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    (place / "fiches" / "essai" / "essai-creer.md").write_bytes(FICHE.encode("latin-1", "replace"))
    (place / "glossaire.csv").write_bytes(GLOSSAIRE.replace("épreuve", "épreuve").encode("latin-1"))
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(place)
    assert any("essai-creer.md" in problem for problem in error.value.problems)
    assert any("glossaire.csv" in problem for problem in error.value.problems)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("statuts.csv", STATUTS.replace("sans_objet,Sans", "peut-être,Sans"), "ligne 2: numero: Input should be"),
        ("statuts.csv", STATUTS + STATUTS.splitlines()[1] + "\n", "Statut : « ESSAYEE » existe deux fois"),
        ("anomalies.csv", ANOMALIES.replace("ANO-01", "1"), "ligne 2: id: String should match pattern"),
        ("anomalies.csv", ANOMALIES.replace("titre,message", "intitule,message"), "titre: Field required"),
        ("anomalies.csv", ANOMALIES.replace(",B-2", ",B-2,de trop"), "ligne 2"),
        ("anomalies.csv", ANOMALIES.replace(",2024,B-2", ""), "ligne 2"),
        ("cadres.csv", CADRES.replace("A1,Essai", "B1,Essai"), "ligne 2: code: String should match pattern"),
        ("cadres.csv", CADRES.replace("https://exemple.fr/", "ici"), "ligne 2: source_url"),
        ("glossaire.csv", GLOSSAIRE.replace("haute", "sûre"), "ligne 2: confiance"),
        ("sollicitations.yml", SOLLICITATIONS.replace("route: support", "route: ailleurs"), "essai: route"),
        ("sollicitations.yml", SOLLICITATIONS.replace("  - id: essai", "  - id: [essai"), "sollicitations.yml"),
        ("sollicitations.yml", "autre: []\n", "une liste « categories » est attendue"),
        ("sollicitations.yml", SOLLICITATIONS + "besoins: 3\n", "une liste « besoins » est attendue"),
        ("sollicitations.yml", SOLLICITATIONS + "besoins:\n  - cle: X\n", "X: cle"),
        (
            "sollicitations.yml",
            SOLLICITATIONS.replace("[description, contact]", "[siret, description]"),
            "essai: « siret » n'est pas dans la liste « besoins »",
        ),
        (
            "sollicitations.yml",
            SOLLICITATIONS.replace("besoins: [", "essentiels: [date]\n    besoins: ["),
            "essai: « date » (essentiels) n'est pas un de ses besoins",
        ),
        ("sollicitations.yml", "categories:\n  - essai\n", "sollicitations.yml"),
        ("textes.yml", "accueil: 12\n", "textes.yml, accueil: un texte est attendu"),
        ("textes.yml", "accueil: [\n", "textes.yml"),
        ("textes.yml", "- accueil\n", "textes.yml"),
        ("textes.yml", "", "textes.yml"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_file_and_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    place = write_knowledge(tmp_path)
    (place / name).write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(place)
    [problem] = error.value.problems
    assert told in problem
    assert name in problem or "existe deux fois" in problem


@pytest.mark.parametrize(
    "name",
    ["statuts.csv", "anomalies.csv", "cadres.csv", "glossaire.csv", "sollicitations.yml", "textes.yml", "rapport_facture.yml"],
)
def test_a_file_that_is_missing_is_told(tmp_path: Path, name: str) -> None:
    place = write_knowledge(tmp_path)
    (place / name).unlink()
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(place)
    assert error.value.problems == [f"{place / name}: ce fichier manque"]


def test_a_directory_without_any_fiche_is_told(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    for path in (place / "fiches" / "essai").iterdir():
        path.unlink()
    with pytest.raises(KnowledgeError, match="aucune fiche"):
        load_knowledge(place)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    (place / "fiches" / "essai" / "essai-creer.md").write_text("rien", encoding="utf-8")
    (place / "statuts.csv").unlink()
    (place / "textes.yml").write_text("accueil: 12\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(place)
    assert len(error.value.problems) == 3
    assert all(name in str(error.value) for name in ("essai-creer.md", "statuts.csv", "textes.yml"))


def test_the_good_knowledge_is_loaded_whole(tmp_path: Path) -> None:
    loaded = load_knowledge(write_knowledge(tmp_path))
    assert list(loaded.fiches) == ["essai-creer", "essai-supprimer"]
    assert loaded.statuts["ESSAYEE"].alias == ["mise à l'essai", "testée"]
    assert loaded.statuts["ESSAYEE"].source.date == "non datée"
    assert loaded.anomalies["ANO-01"].message == ["L'essai (n° …) n'est pas accepté"]
    assert (list(loaded.cadres), list(loaded.termes), list(loaded.categories)) == (["A1"], ["Essai"], ["essai"])
    assert loaded.textes == {"accueil": "Bonjour", "choix_autre": "Autre chose", "verif_essai": "Un essai."}
