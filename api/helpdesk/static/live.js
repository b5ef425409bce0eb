/* New arrivals and changes show without reload. What the person is doing is never pulled away from under their hands. */
import { announce, refresh, stream } from "./tools.js";

/** True when replacing the list would lose what was ticked or where the focus is. */
function isBusy(list) {
  return list.contains(document.activeElement) || list.querySelector("input:checked") !== null;
}

export function watchDesk() {
  if (!document.querySelector("[data-annonce]")) return;
  const list = document.querySelector('[data-live="liste"]');
  const waiting = document.querySelector('[data-live="direct"]');
  const case_ = document.querySelector("[data-numero]");
  const badge = document.querySelector("[data-direct]");
  let known = null;
  let late = false;

  const showList = async (changes) => {
    await refresh("files");
    const current = document.querySelector('[data-live="liste"]');
    const told = document.querySelector("[data-fresh]");
    if (isBusy(current) || new URLSearchParams(location.search).has("apres")) {
      late = true;
      const link = document.createElement("a");
      link.href = location.href;
      link.textContent = "Actualiser la liste";
      told.replaceChildren("Des demandes ont changé. ", link);
      told.hidden = false;
    } else if (await refresh("liste", "pages")) {
      late = false;
      told.hidden = true;
      document.dispatchEvent(new Event("liste"));
    }
    const arrived = changes.filter((change) => change.type === "soumission").length;
    if (arrived) announce(arrived > 1 ? `${arrived} nouvelles demandes.` : "Une nouvelle demande.");
  };

  const showCase = async () => {
    await refresh("fil");
    document.querySelector("[data-perimee]").hidden = false;
  };

  /** The timeline as it is now, told only if it is longer than it was. */
  const showWhatChanged = async () => {
    const count = () => document.querySelectorAll('[data-live="fil"] li').length;
    const before = count();
    await refresh("fil");
    if (count() !== before) document.querySelector("[data-perimee]").hidden = false;
  };

  stream(() => "/helpdesk/flux", {
    change({ demandes }) {
      if (list) showList(demandes);
      if (case_ && demandes.some((change) => change.numero === case_.dataset.numero)) showCase();
    },
    direct({ attente }) {
      badge.textContent = String(attente);
      badge.hidden = attente === 0;
      if (waiting) refresh("direct");
      if (known !== null && attente > known) announce("Une personne attend un conseiller.");
      known = attente;
    },
    fin(_, close) {
      close();
      announce("Votre session est terminée. Connectez-vous de nouveau.");
    },
    again() {
      // What happened while the page was not seen.
      if (list && !late) showList([]);
      if (case_) showWhatChanged();
      if (waiting) refresh("direct");
    },
  });
}
