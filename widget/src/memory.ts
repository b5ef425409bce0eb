/** What the device keeps: the conversation (all tabs), what is being typed and what is being sent (this tab). No cookie. */

import type { Kept } from "./types";

const FORGET_AFTER_MS = 24 * 3600_000;

/** A message that left and whose answer has not come. */
export interface Pending {
  key: string;
  text: string;
}

/**
 * What one tab tells the others. `changed`: something was said; `moved`: another conversation took the place. It comes along:
 * what another process wrote to localStorage may be read a moment later only.
 */
export type News = { what: "changed" | "forgotten"; id: string } | { what: "moved"; id: string; kept: Kept };

export class Memory {
  private readonly channel: BroadcastChannel | null;

  constructor(
    private readonly name: string,
    private readonly remember: boolean,
    heard: (news: News) => void,
  ) {
    this.channel = remember && "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    this.channel?.addEventListener("message", (event) => heard(event.data as News));
  }

  tell(news: News): void {
    this.channel?.postMessage(news);
  }

  /** The conversation, or null: none, too old, or the browser keeps nothing. */
  conversation(): Kept | null {
    const found = this.read<Kept & { at: number }>(this.shared(), this.name);
    if (!found?.id || !found.token || Date.now() - found.at > FORGET_AFTER_MS) return null;
    return { ...found, votes: found.votes ?? [] };
  }

  keep(conversation: Kept): void {
    this.write(this.shared(), this.name, { ...conversation, at: Date.now() });
  }

  forget(): void {
    this.write(this.shared(), this.name, null);
    this.write("sessionStorage", `${this.name}:pending`, null);
  }

  get draft(): string {
    return this.read<string>("sessionStorage", `${this.name}:draft`) ?? "";
  }

  set draft(text: string) {
    this.write("sessionStorage", `${this.name}:draft`, text || null);
  }

  get pending(): Pending | null {
    return this.read<Pending>("sessionStorage", `${this.name}:pending`);
  }

  set pending(pending: Pending | null) {
    this.write("sessionStorage", `${this.name}:pending`, pending);
  }

  /** What the access code was exchanged for: this tab only. */
  get access(): string | null {
    return this.read<string>("sessionStorage", `${this.name}:acces`);
  }

  set access(token: string | null) {
    this.write("sessionStorage", `${this.name}:acces`, token);
  }

  private shared(): "localStorage" | "sessionStorage" {
    return this.remember ? "localStorage" : "sessionStorage";
  }

  // Storage may be forbidden, or full: the conversation then lasts as long as the page.
  private read<Value>(where: "localStorage" | "sessionStorage", name: string): Value | null {
    try {
      return JSON.parse(window[where].getItem(name) ?? "null") as Value | null;
    } catch {
      return null;
    }
  }

  private write(where: "localStorage" | "sessionStorage", name: string, value: unknown): void {
    try {
      if (value === null) window[where].removeItem(name);
      else window[where].setItem(name, JSON.stringify(value));
    } catch {
      // See read().
    }
  }
}
