/* From a list to one sollicitation and on: back to the list, the one before, the one after. Kept in this tab only. */

const KEY = "choriste-liste";

/** The list that this tab saw last: { titre, adresse, numeros }, or null. */
function lastList() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    // Storage is closed in this browser, or holds something else: there is no trail.
    return null;
  }
}

function keep(list) {
  const numbers = [...document.querySelectorAll("tr[data-ligne]")].map((row) => row.dataset.ligne);
  const kept = { titre: list.dataset.liste, adresse: location.pathname + location.search, numeros: numbers };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is closed or full: the menu leads back as well.
  }
}

function link(target, address, text) {
  if (!target || !address) return;
  target.href = address;
  target.textContent = text;
  target.hidden = false;
}

export function followTrail() {
  const list = document.querySelector("[data-liste]");
  if (list) {
    keep(list);
    document.addEventListener("liste", () => keep(list));
    return;
  }
  const trail = document.querySelector("[data-piste]");
  const kept = lastList();
  if (!trail || !kept) return;
  const at = kept.numeros.indexOf(document.querySelector("[data-numero]").dataset.numero);
  const before = at > 0 ? kept.numeros[at - 1] : null;
  const after = at >= 0 ? kept.numeros[at + 1] : null;
  link(trail.querySelector("[data-retour]"), kept.adresse, `Revenir à la liste « ${kept.titre} »`);
  link(trail.querySelector("[data-avant]"), before && `/helpdesk/sollicitations/${before}`, `Précédente : ${before}`);
  link(trail.querySelector("[data-apres]"), after && `/helpdesk/sollicitations/${after}`, `Suivante : ${after}`);
  trail.hidden = false;
}
