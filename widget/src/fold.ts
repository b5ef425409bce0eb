/** A long answer shows its beginning; the rest is one press away. */

import { el, newId } from "./dom";
import { TEXT } from "./texts";

const SHOWN = 650;
const WORTH_FOLDING = 350;

/** The blocks, those past the first ~650 characters behind « Voir plus » when they are worth it. */
export function fold(blocks: HTMLElement[]): HTMLElement[] {
  let length = 0;
  let first = blocks.findIndex((block) => (length += block.textContent?.length ?? 0) >= SHOWN) + 1;
  // « Voici les étapes : » stays with its steps.
  if (first > 0 && /^(ol|ul)$/.test(blocks[first]?.localName ?? "") && /:\s*$/.test(blocks[first - 1]?.textContent ?? "")) first += 1;
  const rest = first > 0 ? blocks.slice(first) : [];
  if (rest.reduce((sum, block) => sum + (block.textContent?.length ?? 0), 0) < WORTH_FOLDING) return blocks;

  const id = newId("rest");
  const part = el("div", { id, className: "choriste-rest" }, ...rest);
  const press = el("button", { type: "button", className: "choriste-quiet", "aria-controls": id }, TEXT.more);
  const show = (open: boolean): void => {
    // « until-found »: the browser's own search finds what is folded.
    if (open) part.removeAttribute("hidden");
    else part.setAttribute("hidden", "until-found");
    press.setAttribute("aria-expanded", String(open));
    press.textContent = open ? TEXT.less : TEXT.more;
  };
  show(false);
  press.addEventListener("click", () => show(press.getAttribute("aria-expanded") === "false"));
  part.addEventListener("beforematch", () => show(true));
  return [...blocks.slice(0, first), part, el("div", { className: "choriste-fold" }, press)];
}
