/**
 * The script tag: reads its attributes, makes one <choriste-widget>, and leaves the rest of the page alone (docs/widget.md).
 *
 *   <script src="https://…/widget.js" async></script>
 */

import { ChoristeElement } from "./element";
import { TEXT } from "./texts";
import type { Options } from "./types";

const NAME = "choriste-widget";
const script = document.currentScript as HTMLScriptElement | null;

function install(source: string, given: DOMStringMap): void {
  const { target, mode, theme, position, question } = given;
  const place = target ? document.querySelector(target) : null;
  const options: Options = {
    api: new URL(given.api || "/api/v1", source).href.replace(/\/+$/, ""),
    service: new URL(source).origin,
    mode: place ? (mode === "page" ? "page" : "place") : "corner",
    label: given.label || TEXT.launcher,
    remember: given.memory !== "onglet",
  };
  const widget = document.createElement(NAME) as ChoristeElement;
  if (theme) widget.setAttribute("theme", theme);
  if (position) widget.setAttribute("position", position);
  widget.setUp(options);
  if (place) place.replaceChildren(widget);
  else document.body.append(widget);
  if (question) widget.ask(question);
  // For whoever measures the page: from here on a press is answered.
  performance.mark("choriste:ready");

  // Elements of the page that were written for the widget: shown now that they can do something.
  document.querySelectorAll<HTMLElement>("[data-choriste-question], [data-choriste-with]").forEach((node) => {
    node.hidden = false;
  });
  document.addEventListener("click", (event) => {
    const asked = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-choriste-question]") : null;
    if (asked) widget.ask(asked.dataset.choristeQuestion ?? "");
  });
}

// Twice the same tag: one widget.
if (script?.src && !customElements.get(NAME)) {
  customElements.define(NAME, ChoristeElement);
  const { src, dataset } = script;
  if (document.body && document.readyState !== "loading") install(src, dataset);
  else document.addEventListener("DOMContentLoaded", () => install(src, dataset));
}
