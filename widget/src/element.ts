/** <choriste-widget>: the widget behind a wall. The page's style does not come in, and nothing of ours goes out. */

import { button, el, hiddenText } from "./dom";
import etat from "./etat.css?inline";
import paper from "./print.css?inline";
import css from "./style.css?inline";
import { TEXT } from "./texts";
import type { Options } from "./types";
import { Widget } from "./widget";

let sheet: CSSStyleSheet | null = null;

/** One style for all, built once. Adopted sheets need no « unsafe-inline » in the page's policy. */
function style(): CSSStyleSheet {
  if (sheet) return sheet;
  try {
    // A length that is inherited as it was computed: « medium » is the reader's own setting.
    CSS.registerProperty({ name: "--choriste-rem", syntax: "<length>", inherits: true, initialValue: "16px" });
  } catch {
    // Registered before, by another copy of this file.
  }
  sheet = new CSSStyleSheet();
  sheet.replaceSync([css, etat, paper].join("\n"));
  return sheet;
}

export class ChoristeElement extends HTMLElement {
  private widget: Widget | null = null;
  private started = false;
  private launcher: HTMLButtonElement | null = null;
  private badge: HTMLElement | null = null;

  /** Called once by the script; a second call changes nothing. */
  setUp(options: Options): void {
    if (this.widget) return;
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [style()];
    const corner = options.mode === "corner";
    this.widget = new Widget(options, corner ? () => this.close() : null);
    const root = el("div", { className: `choriste-root choriste-${options.mode}`, lang: "fr" });
    if (corner) root.append(...this.buildCorner(options.label, this.widget));
    root.append(this.widget.panel.node);
    shadow.append(root);
    this.widget.looking = () => !document.hidden && !this.widget?.panel.node.hidden;
    document.addEventListener("visibilitychange", () => {
      if (this.widget?.looking()) this.widget.seen();
    });
    // In a corner nothing is asked of the service before it is opened, unless somebody may be answering.
    if (!corner || this.widget.awaited) this.start();
  }

  /** Open the panel (in a corner) and put the focus in the box. */
  open(): void {
    if (!this.widget) return;
    this.widget.panel.node.hidden = false;
    this.launcher?.setAttribute("aria-expanded", "true");
    this.start();
    this.widget.seen();
    this.widget.composer.focus();
  }

  /** Close the panel; the focus goes back to its button. */
  close(): void {
    if (!this.widget || !this.launcher) return;
    this.hide();
    this.launcher.focus();
  }

  /** Put a question in the box; nothing is sent. */
  ask(question: string): void {
    this.open();
    this.widget?.composer.suggest(question);
  }

  private start(): void {
    if (this.started || !this.widget) return;
    this.started = true;
    void this.widget.start();
  }

  private hide(): void {
    if (!this.widget) return;
    this.widget.panel.node.hidden = true;
    this.launcher?.setAttribute("aria-expanded", "false");
  }

  private buildCorner(label: string, widget: Widget): HTMLElement[] {
    const panel = widget.panel.node;
    Object.assign(panel, { id: "choriste-panel", hidden: true });
    panel.classList.add("choriste-panel");
    this.badge = el("span", { className: "choriste-badge", hidden: true });
    this.launcher = button(label, "choriste-launcher", () => (panel.hidden ? this.open() : this.close()), {
      "aria-expanded": "false",
      "aria-controls": "choriste-panel",
    });
    this.launcher.append(this.badge);
    widget.onUnread = (count) => this.showUnread(count);
    this.shadowRoot?.addEventListener("keydown", (event) => {
      const { key, isComposing } = event as KeyboardEvent;
      if (key === "Escape" && !isComposing && !panel.hidden) this.close();
    });
    // On a phone the panel covers the page: what gets the focus behind it must be seen.
    document.addEventListener("focusin", (event) => {
      if (event.target !== this && !panel.hidden && panel.clientWidth >= innerWidth) this.hide();
    });
    return [this.launcher];
  }

  private showUnread(count: number): void {
    if (!this.badge) return;
    this.badge.hidden = count === 0;
    this.badge.replaceChildren(...(count ? [el("span", { "aria-hidden": "true" }, String(count)), hiddenText(` ${TEXT.unread(count)}`)] : []));
  }
}
