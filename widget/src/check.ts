/** Hand in an invoice to have it checked: a real form, files dropped or chosen, progress, and a way to give up. */

import { type Api, ServiceError, Stopped } from "./api";
import { button, el } from "./dom";
import { CHECK } from "./texts";
import type { Kept, Report } from "./types";

export class CheckForm {
  readonly node: HTMLFormElement;
  private readonly file: HTMLInputElement;
  private readonly siret: HTMLInputElement;
  private readonly fileWrong = el("p", { id: "choriste-file-wrong", className: "choriste-wrong" });
  private readonly siretWrong = el("p", { id: "choriste-siret-wrong", className: "choriste-wrong" });
  private readonly bar = el("progress", { max: "1", value: "0", "aria-labelledby": "choriste-progress" });
  private readonly named = el("span", { className: "choriste-named", "aria-hidden": "true" }, CHECK.none_chosen);
  private readonly progress: HTMLElement;
  private readonly told = el("p", { id: "choriste-progress", role: "status" });
  private readonly failed = el("p", { className: "choriste-wrong", role: "alert" });
  private readonly go = el("button", { type: "submit", className: "choriste-send" }, CHECK.go);
  private sending: AbortController | null = null;

  /** `done` gets the report; `close` is called when the person gives up before sending. */
  constructor(
    private readonly api: Api,
    private readonly deeds: { conversation(): Kept | null; done(report: Report): void; close(): void },
  ) {
    this.file = el("input", { id: "choriste-file", type: "file", accept: ".pdf,.xml,.zip,.gz,.tgz", "aria-describedby": "choriste-file-wrong choriste-file-privacy", onchange: () => this.name() });
    this.siret = el("input", {
      id: "choriste-siret",
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: "20",
      "aria-describedby": "choriste-siret-wrong choriste-siret-hint",
    });
    this.progress = el("div", { className: "choriste-progress", hidden: true }, this.bar);
    this.node = el(
      "form",
      {
        className: "choriste-sheet choriste-check",
        "aria-labelledby": "choriste-check-title",
        novalidate: true,
        hidden: true,
        onsubmit: (event: SubmitEvent) => (event.preventDefault(), void this.send()),
      },
      el("h3", { id: "choriste-check-title", tabindex: "-1" }, CHECK.title),
      el(
        "div",
        { className: "choriste-drop" },
        el("label", { for: "choriste-file" }, CHECK.file),
        el(
          "p",
          { className: "choriste-picker" },
          el("span", { className: "choriste-pick", "aria-hidden": "true" }, CHECK.choose),
          el("span", { className: "choriste-aside choriste-drop-word", "aria-hidden": "true" }, CHECK.drop),
          this.named,
        ),
        // Over the whole place: a press anywhere in it chooses, a file may be dropped anywhere in it.
        this.file,
        this.fileWrong,
        el("p", { id: "choriste-file-privacy", className: "choriste-aside" }, CHECK.privacy),
      ),
      el("label", { for: "choriste-siret" }, CHECK.siret),
      this.siret,
      el("p", { id: "choriste-siret-hint", className: "choriste-aside" }, CHECK.siretHint),
      this.siretWrong,
      this.progress,
      this.told,
      this.failed,
      el("div", { className: "choriste-choices" }, this.go, button(CHECK.cancel, "choriste-button", () => this.cancel())),
    );
  }

  open(): void {
    this.node.hidden = false;
    this.node.scrollIntoView({ block: "nearest" });
    this.node.querySelector("h3")?.focus({ preventScroll: true });
  }

  /** Files that were dropped on the widget. */
  take(files: FileList): void {
    this.open();
    this.file.files = files;
    this.name();
    this.file.focus();
  }

  /** The name of the chosen file: the browser's own words would be in the browser's language. */
  private name(): void {
    const chosen = this.file.files?.[0];
    this.named.textContent = chosen?.name ?? CHECK.none_chosen;
    if (chosen) mark(this.file, this.fileWrong, "");
  }

  private clear(): void {
    this.node.reset();
    this.name();
    this.node.hidden = true;
  }

  private cancel(): void {
    if (this.sending) {
      this.sending.abort();
      return;
    }
    this.clear();
    this.deeds.close();
  }

  private valid(): boolean {
    const digits = this.siret.value.replace(/[\s.]/g, "");
    mark(this.file, this.fileWrong, this.file.files?.length ? "" : CHECK.noFile);
    mark(this.siret, this.siretWrong, digits === "" || /^\d{14}$/.test(digits) ? "" : CHECK.siretWrong);
    const wrong = [this.file, this.siret].find((field) => field.hasAttribute("aria-invalid"));
    wrong?.focus();
    return !wrong;
  }

  private async send(): Promise<void> {
    if (this.sending || !this.valid()) return;
    const sending = (this.sending = new AbortController());
    const form = new FormData();
    form.append("file", this.file.files?.[0] as File);
    const siret = this.siret.value.replace(/[\s.]/g, "");
    if (siret) form.append("siret_destinataire", siret);
    const conversation = this.deeds.conversation();
    if (conversation) form.append("conversation", conversation.id);
    this.go.setAttribute("aria-disabled", "true");
    this.failed.textContent = "";
    this.told.textContent = CHECK.sending;
    this.progress.hidden = false;
    this.bar.value = 0;
    // On a low screen the progress, and the way to stop, would come below what is seen.
    this.go.scrollIntoView({ block: "nearest" });
    try {
      const result = await this.api.upload<Report>("/invoices/check", form, conversation?.token ?? null, sending.signal, (part) => {
        this.bar.value = part;
        // Told twice at most: each step of the bar would be noise to the ear.
        const text = part >= 1 ? CHECK.reading : CHECK.sending;
        if (this.told.textContent !== text) this.told.textContent = text;
      });
      this.told.textContent = "";
      this.clear();
      this.deeds.done(result);
    } catch (error) {
      this.told.textContent = "";
      if (error instanceof Stopped) this.told.textContent = CHECK.cancelled;
      else if (error instanceof ServiceError) this.failed.textContent = error.status === 404 || error.status === 405 ? CHECK.missing : error.message;
      else throw error;
    } finally {
      this.sending = null;
      this.progress.hidden = true;
      this.go.removeAttribute("aria-disabled");
    }
  }
}

function mark(field: HTMLInputElement, wrong: HTMLElement, sentence: string): void {
  wrong.textContent = sentence;
  if (sentence) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
