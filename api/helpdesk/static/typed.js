/* What an agent types is kept in this tab until it is sent: a reload, an incident or a service that is away loses nothing. */

const PREFIX = "choriste-texte/";

/** A browser whose storage is closed or full keeps nothing: null. */
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function forgetAll() {
  attempt(() => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  });
}

/** Say above the box where its text comes from, with a way to be rid of it. */
function tell(box, forget) {
  const line = document.createElement("p");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "light";
  button.textContent = "L'effacer";
  button.addEventListener("click", () => {
    box.value = "";
    forget();
    line.remove();
    box.focus();
  });
  line.className = "kept";
  line.setAttribute("role", "status");
  line.append("Votre texte non envoyé est repris ici. ", button);
  box.before(line);
}

/** Boxes with `data-garde`, the gestures that send them: when the page says that one was done, the text is forgotten. */
export function keepTyped() {
  document.querySelector('form[action="/helpdesk/deconnexion"]')?.addEventListener("submit", forgetAll);
  const here = document.querySelector("[data-numero]");
  if (!here) return;
  const address = new URL(location.href);
  const done = address.searchParams.get("fait");
  for (const box of document.querySelectorAll("textarea[data-garde]")) {
    const key = `${PREFIX}${document.body.dataset.moi}/${here.dataset.numero}/${box.id}`;
    const forget = () => attempt(() => sessionStorage.removeItem(key));
    if (box.dataset.garde.split(" ").includes(done)) forget();
    const kept = attempt(() => sessionStorage.getItem(key));
    if (kept && !box.value.trim()) {
      box.value = kept;
      box.closest("details")?.setAttribute("open", "");
      tell(box, forget);
    }
    box.addEventListener("input", () => {
      if (box.value.trim()) attempt(() => sessionStorage.setItem(key, box.value));
      else forget();
    });
  }
  if (done) {
    // So that a reload does not forget what is typed from now on.
    address.searchParams.delete("fait");
    history.replaceState(null, "", address);
  }
}
