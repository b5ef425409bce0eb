/* A live conversation: what the person writes shows at once, what the agent writes goes without a reload. */
import { announce, post, stream } from "./tools.js";

const WHO = { user: "La personne", bot: "Assistant", agent: "Conseiller" };

export function talkLive() {
  const log = document.querySelector("[data-conversation]");
  if (!log) return;
  const path = `/helpdesk/direct/${encodeURIComponent(log.dataset.conversation)}`;
  const line = document.querySelector("[data-relais]");
  const form = document.querySelector("[data-ecrire]");
  let first = true;

  const add = (message) => {
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = WHO[message.sender];
    const words = document.createElement("p");
    // The bot marks words in bold: read without the marks.
    words.textContent = message.sender === "bot" ? message.text.replaceAll("**", "") : message.text;
    const item = document.createElement("li");
    item.className = message.sender;
    item.append(who, words);
    log.append(item);
    log.dataset.dernier = message.id;
    log.scrollTop = log.scrollHeight;
    if (message.sender === "user") announce(`${WHO.user} : ${message.text}`);
  };
  log.scrollTop = log.scrollHeight;

  const stop = stream(() => `${path}/flux?apres=${encodeURIComponent(log.dataset.dernier)}`, {
    message: add,
    relais({ relais, agent }) {
      // The page itself says who had it when it was loaded.
      if (!first || relais === null) {
        line.textContent =
          relais === null
            ? "La conversation est terminée : l'assistant répond de nouveau."
            : relais === "attente"
              ? "La personne attend quelqu'un."
              : `${agent} lui répond.`;
      }
      first = false;
      if (relais === null) {
        stop();
        form?.querySelector("button").setAttribute("disabled", "");
      }
    },
  });

  if (!form) return;
  const box = form.elements.texte;
  const told = form.querySelector("[data-envoi]");
  const send = async () => {
    const text = box.value.trim();
    if (!text) return;
    told.textContent = "";
    box.value = "";
    const response = await post(form.getAttribute("action"), { texte: text });
    if (response?.ok) return;
    // What was typed comes back, above what was typed since.
    box.value = [text, box.value].filter(Boolean).join("\n");
    told.textContent = "Le message n'est pas parti. Réessayez.";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
}
