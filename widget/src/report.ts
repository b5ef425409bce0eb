/** The report of a check (CheckReport) as a person reads it. */

import { el, frenchSpaces, newId } from "./dom";
import type { Markdown } from "./markdown";
import { sources } from "./message";
import { CHECK } from "./texts";
import type { Finding, Place, Report } from "./types";

export function report(result: Report, markdown: Markdown, inLot = false): HTMLElement {
  const id = newId("report");
  const node = el(
    inLot ? "div" : "article",
    { className: inLot ? "choriste-report" : "choriste-report choriste-message choriste-bot", "data-kind": "report", "aria-labelledby": id, ...(inLot ? { role: "group" } : {}) },
    el(
      "p",
      { id, className: "choriste-who" },
      `${inLot ? "" : `${CHECK.report}\u00a0: `}${result.file.name} `,
      el("span", { className: `choriste-kind choriste-verdict-${result.verdict}` }, CHECK.verdicts[result.verdict] ?? result.verdict),
    ),
  );
  const body = el("div", { className: "choriste-text" }, el("p", {}, ...markdown.inline(result.summary)));
  node.append(body);
  if (result.findings.length) {
    body.append(list(CHECK.findings, result.findings.map((one) => finding(one, markdown)), "ol"));
  } else if (result.verdict === "acceptable") {
    body.append(el("p", {}, CHECK.none));
  }
  // Never passed as good: it stands before what was read.
  if (result.unread.length) body.append(list(CHECK.unread, result.unread.map((sentence) => el("li", {}, ...markdown.inline(sentence)))));
  if (result.fields.length) {
    const rows = result.fields.flatMap((field) => [
      el("dt", {}, field.label),
      el("dd", {}, field.value, field.origin === "texte" ? el("span", { className: "choriste-aside" }, ` (${CHECK.proposal})`) : null),
    ]);
    body.append(el("details", {}, el("summary", {}, CHECK.fields), el("dl", {}, ...rows)));
  }
  if (result.members.length) {
    const members = result.members.map((member) => el("li", {}, report(member, markdown, true)));
    body.append(el("details", {}, el("summary", {}, `${CHECK.members} (${members.length})`), el("ul", {}, ...members)));
  }
  return node;
}

function finding(one: Finding, markdown: Markdown): HTMLElement {
  const place = where(one.where);
  return el(
    "li",
    { className: `choriste-finding choriste-finding-${one.severity}` },
    el("p", {}, el("span", { className: "choriste-severity" }, CHECK.severities[one.severity] ?? one.severity), " ", el("strong", {}, frenchSpaces(one.title))),
    el("p", {}, ...markdown.inline(one.found)),
    place ? el("p", { className: "choriste-aside" }, `${CHECK.where} ${place}`) : null,
    el("p", {}, el("strong", {}, CHECK.fix), " ", ...markdown.inline(one.fix)),
    sources([one.source], markdown, newId("sources")),
  );
}

const where = (place: Place = {}): string =>
  [place.file, place.page ? `${CHECK.page} ${place.page}` : "", place.xpath].filter(Boolean).join(", ");

function list(title: string, items: HTMLElement[], tag: "ol" | "ul" = "ul"): HTMLElement {
  const id = newId("list");
  return el("div", {}, el("p", { id, className: "choriste-label" }, title), el(tag, { "aria-labelledby": id }, ...items));
}
