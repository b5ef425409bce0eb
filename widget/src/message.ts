/** How each kind of message looks. */

import { copyButton, textToCopy } from "./clipboard";
import { button, el, frenchDate, frenchSpaces, hiddenText, newId } from "./dom";
import { feedback, type Vote } from "./feedback";
import { fold } from "./fold";
import { type Markdown, typed } from "./markdown";
import { TEXT } from "./texts";
import { timeline } from "./timeline";
import type { Button, Message, Source } from "./types";

/** What a message can ask of the conversation. */
export interface Deeds {
  markdown: Markdown;
  service: string;
  press(button: Button): void;
  /** False: it was voted on before. */
  mayVote(messageId: string): boolean;
  vote(messageId: string, vote: Vote, done: () => void): void;
}

export const author = (message: Message): string =>
  message.sender === "user" ? TEXT.user : message.sender === "agent" ? TEXT.agent : TEXT.bot;

/** `past`: the person has said something since, its choices cannot be made any more. */
export function article(message: Message, deeds: Deeds, past: boolean): HTMLElement {
  const id = newId("who");
  const label = TEXT.kinds[message.kind];
  const body = message.sender === "user" ? typed(message.text) : deeds.markdown.blocks(message.text);
  const node = el(
    "article",
    {
      className: `choriste-message choriste-${message.sender}`,
      "data-kind": message.kind,
      "data-id": message.id ?? null,
      "aria-labelledby": id,
    },
    el(
      "p",
      { className: "choriste-who", id },
      el("span", {}, author(message)),
      label ? hiddenText(", ") : null,
      label ? el("span", { className: "choriste-kind" }, label) : null,
    ),
    el("div", { className: "choriste-text" }, ...(message.kind === "answer" ? fold(body) : body)),
  );
  if (message.timeline?.etapes.length) node.append(timeline(message.timeline));
  if (message.sources?.length) node.append(sources(message.sources, deeds.markdown, `${id}-sources`));
  if (message.buttons?.length) node.append(choices(message.buttons, deeds, past));
  if (message.kind === "done") node.append(...copies(message, node));
  if (message.kind === "answer" && message.id && deeds.mayVote(message.id)) {
    const { id: messageId } = message;
    node.append(feedback(`${deeds.service}/sollicitation`, (vote, done) => deeds.vote(messageId, vote, done)));
  }
  return node;
}

export function sources(list: Source[], markdown: Markdown, id: string): HTMLElement {
  const items = list.map((source) => {
    const address = markdown.safeAddress(source.url);
    const title = address ? markdown.link(address, frenchSpaces(source.titre)) : source.titre;
    return el("li", {}, title, source.date ? ` (${frenchDate(source.date)})` : "");
  });
  return el(
    "div",
    { className: "choriste-sources" },
    el("p", { id }, TEXT.sources),
    el("ul", { "aria-labelledby": id }, ...items),
  );
}

function choices(buttons: Button[], deeds: Deeds, past: boolean): HTMLElement {
  const items = buttons.map((one) =>
    button(frenchSpaces(one.title), "choriste-button", () => deeds.press(one), { "data-choice": true, disabled: past }),
  );
  return el("div", { className: "choriste-choices", role: "group", "aria-label": TEXT.choices }, ...items);
}

/** The text of the request, and its secret follow-up link, which is shown only once (without its secret it is not worth copying). */
function copies(message: Message, node: HTMLElement): HTMLElement[] {
  const link = [...node.querySelectorAll("a")].find((one) => one.pathname.startsWith("/suivi/") && one.hash);
  return [
    copyButton(TEXT.copyWhat, textToCopy(message.text)),
    ...(link ? [copyButton(TEXT.copyLink, link.href)] : []),
  ];
}
