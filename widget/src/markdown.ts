/** The Markdown subset of the contract: paragraphs, line breaks, lists, **bold**, [links](…) and bare addresses. */

import { el, frenchSpaces, hiddenText } from "./dom";
import { TEXT } from "./texts";

const INLINE = /\*\*(.+?)\*\*|\[([^\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)|(https?:\/\/[^\s<>"«»]+)/g;
const BULLET = /^\s*[-*]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,2})[.)]\s+(.*)$/;

/** Numbers that nobody should read in two halves: SIRET, SIREN, « CHO-2026-000001 », « 2026-0042 ». */
const NUMBER_IN_PARTS = /(\b\d{3} \d{3} \d{3}(?: \d{5})?\b|\b(?:[A-Z]{2,4}-)?\d{4}-\d{3,8}\b)/;

const whole = (text: string): (Node | string)[] =>
  frenchSpaces(text)
    .split(NUMBER_IN_PARTS)
    .map((part, index) => (index % 2 ? el("span", { className: "choriste-whole-number" }, part) : part));

/** Turns texts into nodes; paths in them are those of the service, wherever the widget stands. */
export class Markdown {
  constructor(private readonly service: string) {}

  /** The address when it is http(s) or a path of the service itself, else null. */
  safeAddress(raw: string): URL | null {
    if (!/^(https?:\/\/|\/(?![/\\]))/i.test(raw)) return null;
    return URL.canParse(raw, this.service) ? new URL(raw, this.service) : null;
  }

  link(address: URL, label: string): HTMLAnchorElement {
    // On another site, the service's pages must not take the place of the page that the person reads.
    if (address.origin === this.service && this.service === location.origin) return el("a", { href: address.href }, label);
    return el("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, label, hiddenText(` (${TEXT.newWindow})`));
  }

  inline(text: string): (Node | string)[] {
    const nodes: (Node | string)[] = [];
    let end = 0;
    for (const match of text.matchAll(INLINE)) {
      const [all, bold, label, target, bare = ""] = match;
      nodes.push(...whole(text.slice(end, match.index)));
      end = match.index + all.length;
      if (bold !== undefined) {
        nodes.push(el("strong", {}, ...this.inline(bold)));
      } else if (label !== undefined && target !== undefined) {
        const address = this.safeAddress(target);
        nodes.push(address ? this.link(address, frenchSpaces(label)) : all);
      } else {
        const kept = bare.replace(/[.,;:!?)\]]+$/, "");
        const address = this.safeAddress(kept);
        nodes.push(address ? this.link(address, kept) : kept, bare.slice(kept.length));
      }
    }
    nodes.push(...whole(text.slice(end)));
    return nodes;
  }

  /** Text as nodes. What is not in the subset stays as it was typed. */
  blocks(text: string): HTMLElement[] {
    const blocks: HTMLElement[] = [];
    let paragraph: HTMLElement | null = null;
    let list: { node: HTMLElement; open: boolean } | null = null;
    for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
      const bullet = BULLET.exec(line);
      const number = bullet ? null : NUMBER.exec(line);
      if (!line.trim()) {
        paragraph = null;
        if (list) list.open = false;
      } else if (bullet || number) {
        const tag: "ul" | "ol" = bullet ? "ul" : "ol";
        if (!list || list.node.localName !== tag) {
          list = { node: el(tag, number && number[1] !== "1" ? { start: number[1] ?? "1" } : {}), open: true };
          blocks.push(list.node);
        }
        list.open = true;
        list.node.append(el("li", {}, ...this.inline((bullet ? bullet[1] : number?.[2]) ?? "")));
        paragraph = null;
      } else if (list?.open && /^\s{2,}/.test(line)) {
        list.node.lastElementChild?.append(el("br"), ...this.inline(line.trim()));
      } else if (paragraph) {
        paragraph.append(el("br"), ...this.inline(line));
      } else {
        paragraph = el("p", {}, ...this.inline(line));
        blocks.push(paragraph);
        list = null;
      }
    }
    return blocks;
  }
}

/** Text without its marks, for the ear, the clipboard and the download. */
export const plain = (text: string): string =>
  text.replace(/\*\*(.+?)\*\*/g, "$1").replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, "$1");

/** What a person typed: shown as it is. */
export function typed(text: string): HTMLElement[] {
  const paragraph = el("p");
  text.split("\n").forEach((line, index) => paragraph.append(...(index ? [el("br"), line] : [line])));
  return [paragraph];
}
