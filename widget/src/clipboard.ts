/** Copy a text, and say whether it worked. */

import { button, el } from "./dom";
import { plain } from "./markdown";
import { TEXT } from "./texts";

/** What « Copier » takes: the prepared text when the message announces one, else the whole message. */
export function textToCopy(text: string): string {
  const announced = /texte à copier\s*:\s*\n+/i.exec(text);
  return announced ? text.slice(announced.index + announced[0].length).trim() : plain(text).trim();
}

async function copy(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard outside https: the old way.
    const area = el("textarea", { className: "choriste-sr", readonly: true, "aria-hidden": "true", tabindex: "-1" });
    area.value = text;
    near.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    near.focus();
    return done;
  }
}

export function copyButton(what: string, text: string): HTMLElement {
  const told = el("span", { role: "status" });
  const press = button(TEXT.copy, "choriste-button", () => {
    told.textContent = "";
    void copy(text, press).then((done) => {
      told.textContent = done ? TEXT.copied : TEXT.notCopied;
    });
  });
  press.append(` ${what}`);
  return el("div", { className: "choriste-copy" }, press, told);
}
