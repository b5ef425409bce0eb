"""What a short question asks of the invoice that was just spoken of: « et maintenant ? », « depuis quand ? ».

By form alone, and the whole message must have it: « quand un sous-traitant est-il payé ? » names something else, so it is no
question on that invoice. Nobody may call this without an invoice in question.
"""

import re
from enum import StrEnum

from assistant.text import fold


class Asked(StrEnum):
    """What is asked: where it stands, why, since when, when it is paid, what comes next, how to put it right."""

    ETAT = "etat"
    MOTIF = "motif"
    DEPUIS = "depuis"
    DELAI = "delai"
    SUITE = "suite"
    CORRIGER = "corriger"


_BEFORE = (
    r"(?:(?:et|mais|alors|ok|d'accord|dac|bonjour|bjr|donc|dites|dis|ah|bon|euh|oui|non|merci|du coup|dites-moi|dis-moi)"
    r"[\s,;:.!]+)*"
)
_AFTER = (
    r"(?:[\s,]*(?:svp|stp|s'il vous plait|s'il te plait|merci|alors|du coup|donc|maintenant|exactement|au juste|deja|enfin"
    r"|(?:pour |sur |de |avec )?(?:elle|celle-la|celle-ci|celle la|celle ci|cette facture|la facture|ma facture)"
    r"|pour ca|la-dessus))*"
)
_ASK = r"(?:est-ce que |est ce que |esque )?"
_PAID = r"(?:payee?s?|reglee?s?|rembourse[es]*)"
_SHE = r"(?:elle|la facture|cette facture|ma facture|celle-la|celle-ci)"
_STATE = r"(?:suspendue|rejetee|refusee|bloquee|renvoyee|a recycler|dans cet etat|comme ca|en attente|mandatee|deposee)"
_SHE_IS = rf"(?:est-elle|est {_SHE}|{_SHE} est|a-t-elle ete|{_SHE} a ete|serait-elle|{_SHE} serait)"
_DONE = rf"(?: (?:ca|cela|c'est ca|{_SHE_IS} {_STATE}|{_STATE}))?"
_MONEY = r"(?:l'argent|mon argent|le paiement|mon paiement|le reglement|mon reglement|le virement|mon virement|la somme|les sous)"
_IT = (
    r"(?: (?:ca|cela|le (?:premier )?point|ce point|la premiere erreur|l'erreur|cette erreur|le probleme"
    r"|la facture|ma facture|cette facture))?"
)

_FORMS: dict[Asked, tuple[str, ...]] = {
    Asked.ETAT: (
        rf"(?:ca|c'en|{_SHE}) en est ou|ou (?:en )?est-(?:elle|ce)|ou en est {_SHE}|ou en (?:est-on|sommes-nous)",
        r"(?:du nouveau|des nouvelles|quoi de neuf)",
        r"(?:ca|elle) (?:a )?avance(?: ou pas)?",
        r"quel est (?:son|l')\s?(?:etat|statut)",
    ),
    Asked.MOTIF: (
        rf"(?:pourquoi|pk|pkoi|pq|pour quelle raison|pour quel motif|a cause de quoi)(?: donc)?{_DONE}",
        r"(?:c'est )?(?:quoi|quel est|quelle est) (?:la raison|le motif|son motif|la cause)"
        r"(?: (?:du rejet|de la suspension|du refus))?",
        r"il manque quoi",
        r"que manque-t-il",
        r"qu'est-ce qu'il manque",
        r"qu'est-ce qui (?:manque|ne va pas|va pas|bloque|cloche|coince)",
        r"(?:ils|on) (?:lui |me )?reprochent? quoi|que (?:lui |me )?reproche-t-on",
    ),
    Asked.DEPUIS: (
        rf"(?:c'est )?depuis (?:quand|combien de (?:temps|jours|semaines)|quelle date|quel jour){_DONE}",
        rf"(?:ca fait|cela fait) (?:combien de (?:temps|jours|semaines)|longtemps)(?: qu'{_SHE} est {_STATE})?",
        rf"(?:a quelle date|quel jour|quand) (?:a-t-elle ete|elle a ete|{_SHE} a ete) {_STATE}",
    ),
    Asked.DELAI: (
        rf"quand {_ASK}(?:je serai|je vais etre|serai-je|vais-je etre|on sera|on va etre|je suis) {_PAID}",
        rf"quand {_ASK}(?:nous serons|serons-nous) {_PAID}",
        rf"quand {_ASK}(?:elle sera|sera-t-elle|elle va etre|va-t-elle etre|{_SHE} sera) {_PAID}",
        rf"(?:je serai|je vais etre|on sera|nous serons|elle sera|elle va etre) {_PAID} (?:quand|pour quand|a quelle date)",
        rf"(?:c'est |c |c'est prevu )?(?:pour )?quand(?: arrive| tombe| sera| est prevu)? {_MONEY}",
        rf"{_MONEY} (?:c'est )?(?:pour )?quand",
        rf"quand {_ASK}(?:vais-je|je vais|aurai-je|j'aurai|je)\s?(?:recevoir|recois|toucher|touche|avoir)?\s?{_MONEY}",
        r"(?:on|vous|ils|le client|la mairie) (?:me |nous )?(?:paie|paye|payez|paient|payent|paiera|payera) quand",
        r"(?:suis-je|sommes-nous|est-elle|elle est|c'est|est-ce|sont-ils|ils sont) en retard(?: de paiement)?",
        r"(?:quel est |c'est quoi )?(?:le |mon |son )?delai(?: de paiement)?",
        r"(?:quelle est |c'est quoi )?(?:la |son |l')?(?:date limite|echeance)(?: de paiement)?",
        r"(?:il )?reste(?:-t-il)? combien(?: de (?:temps|jours))?",
        r"combien (?:de (?:temps|jours) )?(?:il )?(?:me |leur )?reste(?:-t-il)?(?: de (?:temps|jours))?",
        rf"dans combien de (?:temps|jours)(?: (?:serai-je|je serai|je suis|vais-je etre) {_PAID})?",
        rf"combien (?:de temps|de jours)(?: encore)?(?: (?:avant (?:d'etre {_PAID}|le paiement)))?",
        r"combien d'interets(?: (?:moratoires|de retard))?(?: me (?:doivent-ils|doit-on))?",
        r"(?:ai-je|j'ai) droit a(?:ux | des )(?:interets|40 euros|40 €)",
    ),
    Asked.SUITE: (
        r"(?:maintenant|ensuite|apres|la suite|apres ca|depuis)",
        r"(?:c'est quoi|quelle est|quelles sont) (?:la suite|la prochaine etape|les prochaines etapes|l'etape suivante)",
        r"(?:la )?prochaine etape",
        r"(?:je|on|nous) (?:fais|fait|faisons|dois faire|doit faire) quoi",
        r"(?:que|quoi|comment) (?:dois-je |doit-on |puis-je |peut-on )?faire",
        r"qu'est-ce (?:que je|qu'on|qu'il faut que je|que nous) (?:dois |doit |peux |peut |devons )?fai(?:s|t|re|sons)",
        r"que se passe-t-il",
        r"qui (?:doit|peut|va|est cense) (?:agir|bouger|intervenir|faire quelque chose|debloquer|la debloquer)",
        r"qui (?:agit|bloque|la bloque)",
        r"(?:c'est )?a (?:qui|moi|eux)(?: ou a (?:moi|eux))?(?: (?:de jouer|d'agir|de bouger|de faire quelque chose|de faire))?",
        rf"{_ASK}(?:je dois|dois-je|on doit|doit-on|il faut|faut-il) (?:faire|agir)(?: quelque chose| quoi)?",
        r"ai-je quelque chose a faire",
        rf"chez qui (?:est-elle|elle est|est {_SHE}|{_SHE} est|ca bloque)|qui l'a|elle est (?:chez|a) qui",
    ),
    Asked.CORRIGER: (
        rf"comment (?:je |on |faire pour |puis-je |peut-on |dois-je )?(?:la |le |l'|les )?"
        rf"(?:corriger?|corrige|regler?|regle|rectifier?|rectifie|reparer?|arranger?|resoudre|debloquer?){_IT}",
        r"(?:que|quoi) (?:dois-je |faut-il )?corriger",
        r"qu'est-ce que je (?:dois corriger|corrige)",
        r"je (?:dois )?corriger? (?:comment|quoi)",
        r"(?:la |une )?(?:correction|solution)(?: c'est quoi)?|quelle est la (?:correction|solution)",
    ),
}
_READ = {asked: re.compile(rf"{_BEFORE}(?:{'|'.join(forms)}){_AFTER}[\s?!.…]*") for asked, forms in _FORMS.items()}
_LONGEST = 120


def read_question(text: str) -> Asked | None:
    """What `text` asks of the invoice in question; None when it has no such form, or asks about something else."""
    folded = " ".join(fold(text).split())
    if len(folded) > _LONGEST:
        return None
    return next((asked for asked, form in _READ.items() if form.fullmatch(folded)), None)
