"""A small knowledge of our own, good in every respect, for tests that make it bad."""

from pathlib import Path

import yaml

FICHE = """---
id: essai-creer
titre: Créer un essai
domaine: essai
questions:
  - Comment créer un essai ?
  - Où crée-t-on un essai ?
  - Je veux créer un essai
confiance: haute
faits: [A-01]
sources:
  - titre: Une page publique
    url: https://exemple.fr/page
    date: 2024
voir_aussi: [essai-supprimer]
---
Ouvrez la **page** des essais
et cliquez sur « Créer ».

1. Ouvrez la page.
2. Cliquez.

## Autrement dit
Il suffit de cliquer.

## Combien de temps
Deux jours.
"""

STATUTS = (
    "code,edi,libelle,alias,domaine,pose_par,sens,action,delai,numero,numero_texte,final,confiance,faits,"
    "source_titre,source_url,source_date\n"
    "ESSAYEE,,Essayée,mise à l'essai|testée,facture,par vous,Elle est essayée.,Attendez.,Non.,sans_objet,Sans objet.,non,haute,"
    "B-1,Une page,"
    "https://exemple.fr/,\n"
)
ANOMALIES = (
    "id,domaine,titre,message,symptomes,cause,correction,confiance,source_titre,source_url,source_date,faits\n"
    "ANO-01,depot,Essai refusé,L'essai (n° …) n'est pas accepté,rien ne marche,L'essai est faux.,Recommencez.,haute,Une page,https://exemple.fr/,2024,B-2\n"
)
CADRES = (
    "code,libelle,code_api,deposant,usage,note,questions,confiance,faits,source_titre,source_url,source_date\n"
    "A1,Essai simple,A1_ESSAI,Le fournisseur,Toujours.,,Quand ?,haute,B-3,Une page,https://exemple.fr/,2024\n"
)
GLOSSAIRE = (
    "terme,alias,definition,ne_pas_confondre,difference,confiance,faits,source_titre,source_url,source_date\n"
    "Essai,test|épreuve,Une chose que l'on essaie.,,,haute,A-02,Une page,https://exemple.fr/,2024\n"
)
SOLLICITATIONS = """categories:
  - id: essai
    titre: Un essai
    description: Tout sur les essais.
    route: support
    raison_route: Parce que.
    ou_ecrire: Ici.
    besoins: [description, contact]
    fiches: [essai-creer]
    confiance: haute
    sources:
      - titre: Une page
        url: https://exemple.fr/
"""
MOTIFS = """motifs:
  - id: resolue
    titre: Résolue
    phrase: Votre problème est résolu, merci.
  - id: par_la_personne
    titre: Close par la personne
    phrase: Vous avez clos cette sollicitation.
    par: usager
"""
MODELES = """modeles:
  - {id: pieces_manquantes, titre: Ce qui manque, usage: complement, texte: "Il manque {pieces}"}
  - {id: vers_organisme_public, titre: Ailleurs, usage: transfert, texte: "Voyez {ou_ecrire}"}
"""
TEXTES = "accueil: Bonjour\nchoix_autre: Autre chose\n"


def fiche(**changes: str) -> str:
    """The good fiche with some of its pieces replaced: `before` → `after`, by keyword pairs before_1, after_1…"""
    text = FICHE
    for number in range(1, len(changes) // 2 + 1):
        before, after = changes[f"before_{number}"], changes[f"after_{number}"]
        assert before in text, before
        text = text.replace(before, after)
    return text


def write_knowledge(directory: Path) -> Path:
    """The good knowledge as files; returns its directory."""
    place = directory / "knowledge"
    (place / "fiches" / "essai").mkdir(parents=True)
    (place / "fiches" / "essai" / "essai-creer.md").write_text(FICHE, encoding="utf-8")
    second = FICHE.replace("essai-supprimer", "X").replace("essai-creer", "essai-supprimer").replace("X", "essai-creer")
    second = (
        second.replace("Créer un essai", "Supprimer un essai").replace("créer", "supprimer").replace("crée-t-on", "supprime-t-on")
    )
    (place / "fiches" / "essai" / "essai-supprimer.md").write_text(second, encoding="utf-8")
    for name, content in (
        ("statuts.csv", STATUTS),
        ("anomalies.csv", ANOMALIES),
        ("cadres.csv", CADRES),
        ("glossaire.csv", GLOSSAIRE),
        ("sollicitations.yml", SOLLICITATIONS),
        ("motifs_cloture.yml", MOTIFS),
        ("modeles_reponse.yml", MODELES),
        ("textes.yml", TEXTES),
        ("rapport_facture.yml", "verif_essai: Un essai.\n"),
    ):
        (place / name).write_text(content, encoding="utf-8")
    return place


def write_triage(directory: Path, real: Path) -> Path:
    """A data/triage for the sample knowledge: its one category with made-up requests; texts and rules as they really are."""
    place = directory / "triage"
    place.mkdir()
    requests = [f"Mon essai numéro {number} ne marche pas depuis {number} jours" for number in range(1, 31)]
    (place / "exemples.yml").write_text(yaml.safe_dump({"essai": requests}, allow_unicode=True), encoding="utf-8")
    (place / "fiches.yml").write_text("domaines:\n  essai: essai\n", encoding="utf-8")
    (place / "textes.yml").write_text((real / "textes.yml").read_text(encoding="utf-8"), encoding="utf-8")
    rules = yaml.safe_load((real / "priorite.yml").read_text(encoding="utf-8"))
    (place / "priorite.yml").write_text(yaml.safe_dump({**rules, "categories": {}}, allow_unicode=True), encoding="utf-8")
    return place
