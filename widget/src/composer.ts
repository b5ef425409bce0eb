/** The box where a person writes: counter, keyboard, draft, and a first look at what a form waits for. */

import { el } from "./dom";
import { ANY_WORDS, expected, type Expected } from "./expected";
import { TEXT } from "./texts";
import type { Saisie } from "./types";

const MAX_CHARACTERS = 2000;
const COUNTER_FROM = 1800;

export class Composer {
  readonly form: HTMLFormElement;
  readonly box: HTMLTextAreaElement;
  private readonly counter = el("p", { id: "choriste-counter", className: "choriste-counter", hidden: true });
  private readonly wrong = el("p", { id: "choriste-wrong", className: "choriste-wrong", role: "alert" });
  private readonly sendButton = el("button", { type: "submit", className: "choriste-send" }, TEXT.send);
  private readonly stopButton: HTMLButtonElement;
  private readonly hint = el("p", { id: "choriste-hint", className: "choriste-hint" }, TEXT.hint);
  private expected: Expected = ANY_WORDS;
  private doubted = "";
  private inserted = "";

  /** `submit` is called with a text that may be sent; `tell` says a short word, `aloud` says it without showing it. */
  constructor(
    private readonly deeds: {
      submit(text: string): void;
      stop(): void;
      typed(text: string): void;
      tell(text: string): void;
      aloud(text: string): void;
    },
  ) {
    this.stopButton = el("button", { type: "button", className: "choriste-quiet choriste-stop", hidden: true, onclick: () => deeds.stop() }, TEXT.stop);
    this.box = el("textarea", {
      id: "choriste-box",
      rows: "1",
      "aria-describedby": "choriste-wrong choriste-hint choriste-counter",
      autocomplete: "off",
      enterkeyhint: "send",
      oninput: () => this.onInput(),
      onkeydown: (event: KeyboardEvent) => this.onKey(event),
    });
    this.form = el(
      "form",
      { className: "choriste-form", novalidate: true, onsubmit: (event: SubmitEvent) => (event.preventDefault(), this.submit()) },
      el("div", { className: "choriste-above" }, el("label", { for: "choriste-box" }, TEXT.label), this.stopButton),
      this.wrong,
      this.box,
      this.sendButton,
      this.counter,
      this.hint,
    );
  }

  get text(): string {
    return this.box.value;
  }

  set text(text: string) {
    this.box.value = text;
    this.onInput();
  }

  focus(): void {
    this.box.focus();
  }

  /** The right keyboard and hint for what the last question waits for. */
  expect(saisie: Saisie | null | undefined): void {
    this.expected = expected(saisie);
    for (const [name, value] of Object.entries(this.expected.attributes)) this.box.setAttribute(name, value);
    this.hint.textContent = this.expected.hint || TEXT.hint;
    this.hint.classList.toggle("choriste-hint-asked", Boolean(this.expected.hint));
    this.doubt("");
  }

  /** Not `disabled`: a disabled button would lose the focus it may hold. */
  setBusy(busy: boolean, stoppable: boolean): void {
    if (busy) this.sendButton.setAttribute("aria-disabled", "true");
    else this.sendButton.removeAttribute("aria-disabled");
    const held = this.stopButton.matches(":focus");
    this.stopButton.hidden = !stoppable;
    if (held && !stoppable) this.focus();
  }

  /** Put a question in the box; what the person typed there stays. */
  suggest(question: string): void {
    const typed = this.text.trim();
    this.text = typed && typed !== this.inserted ? `${this.text.trimEnd()}\n${question}` : question;
    this.inserted = question;
    this.focus();
    this.box.setSelectionRange(this.text.length, this.text.length);
    this.box.scrollIntoView({ block: "nearest" });
  }

  submit(): void {
    const text = this.text.trim();
    this.focus();
    const doubt = this.expected.doubt(text);
    if (!text) this.deeds.tell(TEXT.empty);
    else if ([...text].length > MAX_CHARACTERS) this.deeds.aloud(this.counter.textContent ?? "");
    // Said once: who insists is right.
    else if (doubt && this.doubted !== text) this.doubt(doubt, text);
    else this.deeds.submit(text);
  }

  private doubt(sentence: string, about = ""): void {
    this.doubted = about;
    if (this.wrong.textContent !== sentence) this.wrong.textContent = sentence;
    this.mark();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private onInput(): void {
    const length = [...this.text].length;
    const over = length - MAX_CHARACTERS;
    const tally = `${length} caractères sur ${MAX_CHARACTERS}`;
    this.counter.hidden = length < COUNTER_FROM;
    // Hidden or not, it describes the box: empty while it has nothing to say.
    if (this.counter.hidden) this.counter.textContent = "";
    else this.counter.textContent = over > 0 ? `${tally}\u00a0: raccourcissez votre message de ${over}.` : `${tally}.`;
    if (over > 0 !== this.box.hasAttribute("aria-invalid")) this.deeds.aloud(over > 0 ? (this.counter.textContent ?? "") : "");
    if (this.doubted && this.text.trim() !== this.doubted) this.doubt("");
    this.mark();
    if (!CSS.supports("field-sizing", "content")) {
      this.box.style.height = "auto";
      this.box.style.height = `${this.box.scrollHeight + 2}px`;
    }
    this.deeds.typed(this.text);
  }

  private mark(): void {
    if (this.doubted || [...this.text].length > MAX_CHARACTERS) this.box.setAttribute("aria-invalid", "true");
    else this.box.removeAttribute("aria-invalid");
  }
}
