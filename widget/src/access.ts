/** Where the service is kept for the people of one organisation: the code is asked for here, and exchanged for a token. */

import { type Api, ServiceError } from "./api";
import { el } from "./dom";
import { ACCESS, TEXT } from "./texts";

export class AccessForm {
  readonly node: HTMLFormElement;
  private readonly code = el("input", {
    id: "choriste-code",
    type: "password",
    autocomplete: "current-password",
    maxlength: "200",
    spellcheck: "false",
    "aria-describedby": "choriste-code-wrong choriste-code-hint",
  });
  private readonly wrong = el("p", { id: "choriste-code-wrong", className: "choriste-wrong", role: "alert" });
  private then: () => void = () => undefined;
  private sending = false;

  /** `keep` stores the token; null when the one that was kept is no good any more. `form` is the way without the assistant. */
  constructor(
    private readonly api: Api,
    form: string,
    private readonly keep: (token: string | null) => void,
  ) {
    this.node = el(
      "form",
      {
        className: "choriste-sheet choriste-access",
        "aria-labelledby": "choriste-access-title",
        novalidate: true,
        hidden: true,
        onsubmit: (event: SubmitEvent) => (event.preventDefault(), void this.send()),
      },
      el("h3", { id: "choriste-access-title", tabindex: "-1" }, ACCESS.title),
      el("p", {}, ACCESS.why),
      el("label", { for: "choriste-code" }, ACCESS.code),
      this.code,
      this.wrong,
      el("p", { id: "choriste-code-hint", className: "choriste-aside" }, ACCESS.hint),
      el("div", { className: "choriste-choices" }, el("button", { type: "submit", className: "choriste-send" }, ACCESS.go)),
      el("p", { className: "choriste-aside" }, ACCESS.without, " ", el("a", { href: form }, ACCESS.form), "."),
    );
  }

  /** Ask for the code; `then` goes on with what was refused. `held`: the person is in the widget, so that the focus may move. */
  ask(then: () => void, held: boolean): void {
    this.keep(null);
    this.then = then;
    this.node.hidden = false;
    if (held) this.node.querySelector("h3")?.focus({ preventScroll: true });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    const code = this.code.value.trim();
    this.say(code ? "" : ACCESS.empty);
    if (!code) return;
    this.sending = true;
    try {
      const { jeton } = await this.api.call<{ jeton: string }>("POST", "/acces", { body: { code } });
      this.keep(jeton);
      this.node.reset();
      this.node.hidden = true;
      this.then();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.say(error.status === 422 ? TEXT.failed : error.message);
    } finally {
      this.sending = false;
    }
  }

  private say(wrong: string): void {
    this.wrong.textContent = wrong;
    if (wrong) this.code.setAttribute("aria-invalid", "true");
    else this.code.removeAttribute("aria-invalid");
    if (wrong) this.code.focus();
  }
}
