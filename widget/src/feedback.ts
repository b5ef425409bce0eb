/** Did the answer help? And if it did not, why. */

import { button, el, newId } from "./dom";
import { TEXT } from "./texts";

export interface Vote {
  useful: boolean;
  reason?: string;
}

/** `send` records the vote and calls `done` once it is. `form` is the address of the plain form. */
export function feedback(form: string, send: (vote: Vote, done: () => void) => void): HTMLElement {
  const id = newId("vote");
  const group = el("div", { className: "choriste-vote", role: "group", "aria-labelledby": id }, el("p", { id }, TEXT.helpful));
  const vote = (useful: boolean): void =>
    send({ useful }, () => {
      const thanks = line(useful ? TEXT.thanks : TEXT.thanksNo);
      if (!useful) thanks.append(el("a", { href: form }, TEXT.thanksNoLink), ".");
      const why = useful ? null : reasons(send);
      group.replaceWith(thanks, ...(why ? [why] : []));
      why?.scrollIntoView({ block: "nearest" });
      // The focus was on a button that is gone; on this line it is read.
      thanks.focus({ preventScroll: true });
    });
  group.append(button(TEXT.yes, "choriste-button", () => vote(true)), button(TEXT.no, "choriste-button", () => vote(false)));
  return group;
}

function reasons(send: (vote: Vote, done: () => void) => void): HTMLElement {
  const id = newId("why");
  const group = el("div", { className: "choriste-vote", role: "group", "aria-labelledby": id }, el("p", { id }, TEXT.why));
  for (const [reason, label] of Object.entries(TEXT.reasons)) {
    const tell = (): void =>
      send({ useful: false, reason }, () => {
        const thanks = line(TEXT.whyThanks);
        group.replaceWith(thanks);
        thanks.focus({ preventScroll: true });
      });
    group.append(button(label, "choriste-button", tell));
  }
  return group;
}

const line = (text: string): HTMLElement => el("p", { className: "choriste-thanks", tabindex: "-1" }, text);
