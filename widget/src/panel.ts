/** What a person sees of the widget: its parts, put together, and the short words about the widget itself. */

import type { ServiceError } from "./api";
import { button, el, frenchSpaces, hiddenText } from "./dom";
import { TEXT } from "./texts";

export interface Parts {
  log: HTMLElement;
  below: HTMLElement;
  announcer: HTMLElement;
  relais: HTMLElement;
  composer: HTMLElement;
  check: HTMLElement;
  access: HTMLElement;
  form: string;
  /** Where the title leads, when the widget is all that the page holds. */
  home: string | null;
}

export interface PanelDeeds {
  restart(): void;
  check(): void;
  download(): void;
  print(): void;
  forget(): void;
  drop(files: FileList): void;
}

export class Panel {
  readonly node: HTMLElement;
  private readonly status = el("p", { className: "choriste-status", role: "status" });
  private readonly error = el("div", { className: "choriste-error", role: "alert" });
  private readonly network = el("p", { className: "choriste-network", role: "status" });
  private readonly restartButton: HTMLButtonElement;
  private readonly toolsButton: HTMLButtonElement;
  private readonly tools: HTMLElement;

  constructor(parts: Parts, deeds: PanelDeeds, close: (() => void) | null) {
    this.restartButton = button(TEXT.restart, "choriste-quiet choriste-when-wide", () => deeds.restart());
    const tool = (label: string, act: () => void, className = ""): HTMLElement =>
      el("li", { className }, button(label, "choriste-tool", () => (this.showTools(false), act())));
    this.tools = el(
      "ul",
      { id: "choriste-tools", className: "choriste-tools", hidden: true },
      tool(TEXT.restart, () => deeds.restart(), "choriste-when-narrow"),
      tool(TEXT.toolCheck, () => deeds.check()),
      tool(TEXT.toolDownload, () => deeds.download()),
      tool(TEXT.toolPrint, () => deeds.print()),
      tool(TEXT.toolForget, () => deeds.forget()),
    );
    this.toolsButton = button(TEXT.tools, "choriste-quiet", () => this.showTools(this.tools.hidden), {
      "aria-expanded": "false",
      "aria-controls": "choriste-tools",
    });
    this.node = el(
      "section",
      { className: "choriste", "aria-labelledby": "choriste-title" },
      el(
        "div",
        { className: "choriste-head" },
        el("h2", { id: "choriste-title" }, parts.home ? el("a", { href: parts.home }, TEXT.title) : TEXT.title),
        el(
          "div",
          { className: "choriste-head-buttons" },
          this.restartButton,
          this.toolsButton,
          close ? button(TEXT.close, "choriste-quiet", close) : null,
        ),
        this.tools,
      ),
      this.network,
      el("div", { className: "choriste-middle" }, parts.log, parts.below),
      parts.announcer,
      parts.access,
      parts.check,
      this.error,
      parts.relais,
      this.status,
      parts.composer,
      el(
        "p",
        { className: "choriste-promise" },
        TEXT.promise,
        " ",
        el("a", { href: parts.form }, TEXT.noChat),
      ),
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.tools.hidden) return;
      // Once for the list, once more for the panel.
      event.stopPropagation();
      this.showTools(false);
      this.toolsButton.focus();
    });
    this.acceptFiles(deeds);
  }

  /** A short word about the widget itself, seen and heard; not part of the conversation. */
  tell(text: string): void {
    this.status.replaceChildren(text);
  }

  /** The same, heard only. */
  aloud(text: string): void {
    this.status.replaceChildren(hiddenText(text));
  }

  /** Not `disabled`: a disabled button would lose the focus it may hold. */
  setBusy(busy: boolean): void {
    if (busy) this.restartButton.setAttribute("aria-disabled", "true");
    else this.restartButton.removeAttribute("aria-disabled");
  }

  setNetwork(online: boolean): void {
    this.network.replaceChildren(online ? (this.network.textContent ? hiddenText(TEXT.online) : "") : TEXT.offline);
    this.network.classList.toggle("choriste-offline", !online);
  }

  showError(error: ServiceError, again: () => void): void {
    this.error.replaceChildren(
      el(
        "div",
        {},
        el("p", {}, el("strong", {}, TEXT.kinds.error ?? ""), "\u00a0: ", frenchSpaces(error.message)),
        error.reference ? el("p", { className: "choriste-reference" }, `${TEXT.reference}\u00a0: ${error.reference}`) : null,
      ),
      button(TEXT.retry, "choriste-button", again),
    );
  }

  clearError(): void {
    this.error.replaceChildren();
  }

  private showTools(open: boolean): void {
    const held = this.tools.contains((this.node.getRootNode() as ShadowRoot).activeElement);
    this.tools.hidden = !open;
    this.toolsButton.setAttribute("aria-expanded", String(open));
    if (held) this.toolsButton.focus();
  }

  private acceptFiles(deeds: PanelDeeds): void {
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    this.node.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.node.classList.add("choriste-dragged");
    });
    this.node.addEventListener("dragleave", (event) => {
      if (!this.node.contains(event.relatedTarget as Node | null)) this.node.classList.remove("choriste-dragged");
    });
    this.node.addEventListener("drop", (event) => {
      this.node.classList.remove("choriste-dragged");
      if (!carries(event) || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      deeds.drop(event.dataTransfer.files);
    });
  }
}
