/** The messages on the screen: what is shown, in which order, and what is said of it to a screen reader. */

import { button, breathe, el } from "./dom";
import { plain } from "./markdown";
import { article, author, type Deeds } from "./message";
import { TEXT } from "./texts";
import type { Message } from "./types";

const ANNOUNCEMENT_MS = 20_000;
const SLOW_MS = 8_000;
/** Milliseconds of building before the browser gets its turn: far from the 50 ms that a person begins to feel. */
const SLICE_MS = 8;

/** What is shown while something is awaited, and when it is slow to come. */
export interface Waiting {
  text: string;
  slow: string;
}

export class Log {
  // The log is silent: history must not be read again. Finished messages are told by `announcer`.
  readonly node = el("div", { className: "choriste-log", role: "log", "aria-label": TEXT.log, "aria-live": "off", "aria-busy": "false", tabindex: "0" });
  readonly announcer = el("div", { className: "choriste-sr", "aria-live": "polite", "aria-atomic": "true", "data-announcer": true });
  readonly below = button(TEXT.newBelow, "choriste-below", () => this.toEnd(), { hidden: true });
  /** All messages that are shown, oldest first. */
  messages: Message[] = [];
  private articles: HTMLElement[] = [];
  private readonly seen = new Set<string>();
  private readonly typing = el("p", { className: "choriste-typing" });
  private forget = 0;
  private owed = false;
  private slow = 0;

  constructor(
    private readonly deeds: Deeds,
    private readonly tellSlow: (text: string) => void,
  ) {
    this.node.addEventListener("scroll", () => {
      if (this.isLow()) this.below.hidden = true;
    });
  }

  get lastId(): string {
    return this.messages.findLast((message) => message.id)?.id ?? "";
  }

  clear(): void {
    this.seen.clear();
    this.messages = [];
    this.articles = [];
    this.below.hidden = true;
    this.node.replaceChildren(...[...this.node.children].filter((node) => node === this.typing));
  }

  /** Busy or not; `waiting` is shown at the end, and said to be slow when it is. */
  setBusy(busy: boolean, waiting: Waiting | null = null): void {
    this.node.setAttribute("aria-busy", String(busy));
    clearTimeout(this.slow);
    if (!waiting) {
      this.typing.remove();
      return;
    }
    this.typing.textContent = waiting.text;
    this.node.append(this.typing);
    this.toEnd();
    this.slow = window.setTimeout(() => {
      const low = this.isLow();
      this.typing.textContent = waiting.slow;
      if (low) this.toEnd();
      this.tellSlow(waiting.slow);
    }, SLOW_MS);
  }

  /** Add to the log, above the typing line. */
  append(node: HTMLElement): void {
    this.node.insertBefore(node, this.typing.parentNode === this.node ? this.typing : null);
  }

  /** One message that the person sent and whose id the service has not told. */
  addSaid(text: string): HTMLElement {
    return this.add({ sender: "user", kind: "message", text }, false);
  }

  /** Take back what addSaid() showed. */
  remove(said: HTMLElement): void {
    const place = this.articles.indexOf(said);
    said.remove();
    if (place < 0) return;
    this.articles.splice(place, 1);
    this.messages.splice(place, 1);
  }

  /** Show those that are not shown yet, and return them. `own`: the person's own too. Long histories come in slices. */
  async addAll(messages: Message[], { announce = false, own = false } = {}): Promise<Message[]> {
    // Choices made before the last thing that the person said are past.
    const lastSaid = messages.findLastIndex((message) => message.sender === "user");
    const fresh: Message[] = [];
    // Long histories: only what is on the screen is laid out. Before the first is added, not after the last.
    this.node.classList.toggle("choriste-long", this.articles.length + messages.length > 60);
    let started = performance.now();
    for (const [index, message] of messages.entries()) {
      if (message.id && this.seen.has(message.id)) continue;
      if (message.sender === "user" && !own) continue;
      if (performance.now() - started > SLICE_MS) {
        await breathe();
        started = performance.now();
      }
      this.add(message, index < lastSaid);
      fresh.push(message);
    }
    if (announce) this.announce(fresh);
    return fresh;
  }

  /** True when what is shown is the beginning of what the service knows; ids that were unknown are then learnt. */
  agrees(messages: Message[]): boolean {
    const fits = this.messages.every((shown, index) => {
      const known = messages[index];
      return known !== undefined && (shown.id ? shown.id === known.id : shown.sender === known.sender);
    });
    if (!fits) return false;
    this.messages.forEach((shown, index) => {
      const known = messages[index];
      if (shown.id || !known?.id) return;
      this.messages[index] = known;
      this.articles[index]?.setAttribute("data-id", known.id);
      this.seen.add(known.id);
    });
    return true;
  }

  /** The conversation goes on: earlier choices cannot be made any more. Returns those that could until now. */
  freeze(): HTMLButtonElement[] {
    const open = [...this.node.querySelectorAll<HTMLButtonElement>("button[data-choice]:enabled")];
    open.forEach((one) => {
      one.disabled = true;
    });
    this.node.querySelectorAll(".choriste-info button").forEach((one) => one.remove());
    return open;
  }

  /** The person said something elsewhere: the choices shown before it are past. */
  freezeBefore(fresh: Message[]): void {
    const said = fresh.findLast((message) => message.sender === "user");
    const from = said ? this.messages.indexOf(said) : 0;
    for (const node of this.articles.slice(0, from)) {
      node.querySelectorAll<HTMLButtonElement>("button[data-choice]").forEach((one) => {
        one.disabled = true;
      });
    }
  }

  /** What the service kept of a message that the person sent. */
  correct(said: HTMLElement, kept: Message): void {
    const place = this.articles.indexOf(said);
    if (place < 0) return;
    this.messages[place] = kept;
    if (kept.id) this.seen.add(kept.id);
  }

  /** Show a message at the top of the log, so that a long answer is read from its beginning. */
  scrollTo(node: HTMLElement): void {
    this.node.scrollTop = node.offsetTop - 8;
  }

  /** `tries`: messages that were not laid out yet take another height once they are seen. */
  toEnd(tries = 4): void {
    this.owed = this.node.clientHeight === 0;
    this.node.scrollTo({ top: this.node.scrollHeight, behavior: "instant" });
    this.below.hidden = true;
    if (tries && this.node.classList.contains("choriste-long")) requestAnimationFrame(() => this.toEnd(tries - 1));
  }

  /** What came while the panel was closed: a log that is not drawn cannot be scrolled. */
  payScroll(): void {
    if (this.owed) this.toEnd();
  }

  isLow(): boolean {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 80;
  }

  /** Tell finished messages to screen readers, then forget them so that they are not met twice on the page. */
  announce(messages: Message[]): void {
    const spoken = messages
      .filter((message) => message.sender !== "user")
      .map((message) => {
        const who = [author(message), TEXT.kinds[message.kind]].filter(Boolean).join(", ");
        const titles = (message.buttons ?? []).map((one) => one.title).join(", ");
        const stages = (message.timeline?.etapes ?? []).map((step) => step.libelle).join(", ");
        return `${who}\u00a0: ${plain(message.text)}${stages ? ` ${stages}.` : ""}${titles ? ` ${TEXT.spokenChoices} ${titles}.` : ""}`;
      });
    this.speak(spoken);
  }

  speak(texts: string[]): void {
    if (!texts.length) return;
    clearTimeout(this.forget);
    this.announcer.replaceChildren(...texts.map((text) => el("p", {}, text)));
    this.forget = window.setTimeout(() => this.announcer.replaceChildren(), ANNOUNCEMENT_MS);
  }

  private add(message: Message, past: boolean): HTMLElement {
    if (message.id) this.seen.add(message.id);
    const node = article(message, this.deeds, past);
    this.messages.push(message);
    this.articles.push(node);
    this.append(node);
    return node;
  }

  /** The articles of the conversation, for printing. */
  get shown(): HTMLElement[] {
    return this.articles;
  }
}
