/** The steps of an invoice: a drawn line, and each step as text. The drawing says nothing that the text does not. */

import { el, frenchDate, frenchSpaces, newId, svg } from "./dom";
import { TEXT } from "./texts";
import type { Step, Timeline } from "./types";

export function timeline({ titre, etapes }: Timeline): HTMLElement {
  const id = newId("steps");
  const items = etapes.map((step, index) => {
    const under = [step.le ? frenchDate(step.le) : "", step.par ? `${TEXT.stepBy} ${step.par}` : ""].filter(Boolean);
    const mark = TEXT.marks[step.marque ?? "passe"];
    return el(
      "li",
      { className: `choriste-step choriste-step-${step.marque ?? "passe"}` },
      drawing(step, index === etapes.length - 1),
      el("strong", {}, frenchSpaces(step.libelle)),
      mark ? el("span", { className: "choriste-aside" }, ` (${mark})`) : null,
      under.length ? el("p", { className: "choriste-aside" }, under.join(", ")) : null,
      step.commentaire ? el("p", {}, frenchSpaces(step.commentaire)) : null,
    );
  });
  return el(
    "div",
    { className: "choriste-timeline" },
    el("p", { id, className: "choriste-label" }, frenchSpaces(titre || TEXT.timeline)),
    el("ol", { "aria-labelledby": id }, ...items),
  );
}

/** A point, and the line to the next one, as long as the text beside it. Shapes differ, not colours alone. */
function drawing({ marque = "passe" }: Step, last: boolean): SVGElement {
  const big = marque !== "passe";
  return svg(
    "svg",
    { className: "choriste-mark", width: "20", "aria-hidden": "true", focusable: "false" },
    last ? null : svg("line", { x1: "10", y1: "12", x2: "10", y2: "100%" }),
    svg("circle", { cx: "10", cy: "12", r: big ? "8" : "5" }),
    marque === "en_cours" ? svg("circle", { className: "choriste-mark-sign", cx: "10", cy: "12", r: "3" }) : null,
    marque === "a_faire" ? svg("path", { className: "choriste-mark-line", d: "M10 7v6M10 15.5v1" }) : null,
    marque === "termine" ? svg("path", { className: "choriste-mark-line", d: "M6.5 12.5l2.5 2.5 4.5-5.5" }) : null,
  );
}
