/* « Someone else is on this one », and the sign of life of an agent who takes live conversations. */
import { post } from "./tools.js";

const PRESENCE_MS = 20_000;
// Browsers slow the timers of hidden pages down to one a minute; the service waits for two.
const LIFE_MS = 25_000;

export function bePresent() {
  const here = document.querySelector("[data-numero]");
  if (!here) return;
  const path = `/helpdesk/sollicitations/${encodeURIComponent(here.dataset.numero)}/presence`;
  const line = document.querySelector("[data-presence]");
  const tell = async () => {
    if (document.hidden) return;
    const response = await post(path);
    if (!response?.ok) return;
    const { autres, version } = await response.json();
    line.hidden = autres.length === 0;
    const text = autres.length ? `${autres.join(", ")} ${autres.length > 1 ? "regardent" : "regarde"} aussi cette demande.` : "";
    if (line.textContent !== text) line.textContent = text;
    if (String(version) !== here.dataset.version) document.querySelector("[data-perimee]").hidden = false;
  };
  setInterval(tell, PRESENCE_MS);
  document.addEventListener("visibilitychange", tell);
  addEventListener("pagehide", () => {
    navigator.sendBeacon(path, new URLSearchParams({ csrf: document.body.dataset.csrf, ici: "0" }));
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) tell();
  });
}

export function signalLife() {
  if (!("signe" in document.body.dataset)) return;
  const tell = () => post("/helpdesk/direct/signe");
  tell();
  setInterval(tell, LIFE_MS);
}
