/** The conversation for later: as a text file, or on paper. */

import { el } from "./dom";
import { plain } from "./markdown";
import { author } from "./message";
import { TEXT } from "./texts";
import type { Message } from "./types";

/** The conversation as plain text. */
export function asText(messages: Message[]): string {
  const said = messages.map((message) => {
    const label = TEXT.kinds[message.kind];
    const lines = [`${author(message)}${label ? ` (${label})` : ""}\u00a0:`, plain(message.text)];
    for (const step of message.timeline?.etapes ?? []) lines.push(`- ${[step.le, step.libelle, step.par, step.commentaire].filter(Boolean).join(" – ")}`);
    for (const source of message.sources ?? []) lines.push(`Source\u00a0: ${source.titre}${source.date ? ` (${source.date})` : ""} ${source.url}`);
    return lines.join("\n");
  });
  const head = `Choriste – conversation du ${new Date().toLocaleString("fr-FR")}\n${TEXT.promise}`;
  return [head, ...said].join("\n\n") + "\n";
}

export function download(messages: Message[]): void {
  const address = URL.createObjectURL(new Blob([asText(messages)], { type: "text/plain;charset=utf-8" }));
  const link = el("a", { href: address, download: `choriste-${new Date().toISOString().slice(0, 10)}.txt` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const PAPER = `body{font:11pt/1.45 system-ui,sans-serif;color:#000;background:#fff;margin:1.5cm}
article{margin:0 0 1em;break-inside:avoid-page}.choriste-who{font-weight:700;margin:0}
p{margin:.3em 0}a{color:#000}.choriste-vote,.choriste-copy,.choriste-choices,.choriste-fold,svg{display:none}
.choriste-sr{font-size:0}.choriste-thanks{display:none}.choriste-user{padding-left:1em;border-left:3px solid #666}`;

/** Print the conversation alone: a frame of its own, since the page around is not ours to change. */
export function print(root: ShadowRoot, articles: HTMLElement[]): void {
  const frame = el("iframe", { className: "choriste-sr", title: TEXT.toolPrint, tabindex: "-1", "aria-hidden": "true" });
  root.append(frame);
  const inside = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!inside) return;
  const paper = inside.document;
  const sheet = new inside.CSSStyleSheet();
  sheet.replaceSync(PAPER);
  paper.adoptedStyleSheets = [sheet];
  paper.documentElement.lang = "fr";
  paper.title = "Choriste";
  const copies = articles.map((article) => paper.importNode(article, true));
  for (const copy of copies) copy.querySelectorAll("[hidden]").forEach((part) => part.removeAttribute("hidden"));
  paper.body.append(paper.createElement("h1"), ...copies);
  const title = paper.querySelector("h1");
  if (title) title.textContent = `${TEXT.title} – ${new Date().toLocaleString("fr-FR")}`;
  inside.addEventListener("afterprint", () => frame.remove());
  inside.print();
}
