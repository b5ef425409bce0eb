/* Keyboard shortcuts (the panel « ? » lists them). Off in text fields, and with Ctrl, Alt or Cmd held. */

const PLACES = { t: "/helpdesk/files/a_trier", m: "/helpdesk/files/les_miennes", d: "/helpdesk/direct" };
const GO_MS = 1500;

const isTyping = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;

function rows() {
  return [...document.querySelectorAll("tr[data-ligne]")];
}

/** The next row of a list; on one sollicitation, the next one of the list that it came from. */
function choose(step) {
  const all = rows();
  if (!all.length) {
    follow(step > 0 ? "[data-apres]" : "[data-avant]");
    return;
  }
  const index = all.findIndex((row) => "chosen" in row.dataset);
  const next = all[Math.min(Math.max(index + step, 0), all.length - 1)];
  if (index >= 0) delete all[index].dataset.chosen;
  next.dataset.chosen = "";
  next.querySelector("a").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function follow(selector) {
  document.querySelector(`${selector}:not([hidden])`)?.click();
}

function tick() {
  const box = document.querySelector("tr[data-chosen] input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function focusOn(name) {
  const target = document.querySelector(`[data-shortcut="${name}"]`);
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}

export function useShortcuts() {
  const help = document.getElementById("raccourcis");
  if (!help) return;
  let going = 0;
  for (const link of document.querySelectorAll("[data-aide]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      help.showModal();
    });
  }
  const ACTIONS = {
    "?": () => help.showModal(),
    "/": () => focusOn("recherche"),
    j: () => choose(1),
    k: () => choose(-1),
    x: tick,
    u: () => follow("[data-retour]"),
    p: () => document.querySelector('[data-shortcut="prendre"]')?.click(),
    r: () => focusOn("reponse"),
    n: () => focusOn("note"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help.open) return;
    if (event.key === "Escape" && isTyping(event.target)) {
      event.target.blur();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "g") {
      going = event.timeStamp;
      return;
    }
    const place = going && event.timeStamp - going < GO_MS ? PLACES[event.key] : undefined;
    going = 0;
    const act = place ? () => location.assign(place) : ACTIONS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
