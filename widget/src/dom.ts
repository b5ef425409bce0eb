/** Small help to build the page. Texts become nodes, never HTML. */

type Child = Node | string | null | undefined | false;
type Value = string | boolean | null | ((event: never) => void);

/** An element with attributes (`className`, and functions named on…) and children; null children are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

/** The same for a drawing. */
export function svg(tag: string, attributes: Record<string, Value> = {}, ...children: Child[]): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(node, attributes, children);
  return node;
}

function fill(node: Element, attributes: Record<string, Value>, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value as EventListener);
    else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
}

export const hiddenText = (text: string): HTMLElement => el("span", { className: "choriste-sr" }, text);

export function button(label: string, className: string, act: () => void, attributes: Record<string, Value> = {}): HTMLButtonElement {
  return el("button", { type: "button", className, onclick: act, ...attributes }, label);
}

/** French signs stay with their word: « que faire ? » never leaves « ? » alone on a line. */
export const frenchSpaces = (text: string): string => text.replace(/ ([?!;:»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");

/** « 2026-01-31 » as « 31/01/2026 »; anything else as it is. */
export function frenchDate(date: string): string {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T|$)/.exec(date);
  return iso ? `${iso[3]}/${iso[2]}/${iso[1]}` : date;
}

let made = 0;
/** An id that is unique in the widget. */
export const newId = (what: string): string => `choriste-${what}-${(made += 1)}`;

/** Give way to the browser: typing, clicks and drawing come first. */
export const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
