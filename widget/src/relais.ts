/** A person of the help-desk instead of the bot: the bar that says so, and the stream of what they write. */

import { type Api, ServiceError } from "./api";
import { button, el } from "./dom";
import { TEXT } from "./texts";
import type { Kept, Message, Relais } from "./types";

const RECONNECT_MS = 3_000;

export class RelaisBar {
  readonly node: HTMLElement;
  /** Who answers when it is not the bot. */
  state: Relais = null;
  private readonly text = el("p", { role: "status" });
  private readonly endButton: HTMLButtonElement;
  private following: AbortController | null = null;

  constructor(
    private readonly api: Api,
    private readonly deeds: {
      conversation(): Kept | null;
      lastId(): string;
      receive(messages: Message[]): void;
      changed(relais: Relais): void;
      end(): void;
    },
  ) {
    this.endButton = button("", "choriste-quiet", () => deeds.end());
    this.node = el("div", { className: "choriste-relais", hidden: true }, this.text, this.endButton);
  }

  set(relais: Relais | undefined, agent: string | null = null): void {
    const before = this.state;
    this.state = relais ?? null;
    this.node.hidden = !this.state;
    const text = this.state === "attente" ? TEXT.waiting : this.state ? TEXT.withAgent.replace("{nom}", agent ?? TEXT.someAgent) : "";
    if (this.text.textContent !== text) this.text.textContent = text;
    this.endButton.textContent = this.state === "attente" ? TEXT.stopWaiting : TEXT.endTalk;
    if (before !== this.state) this.deeds.changed(this.state);
    if (!this.state) this.stop();
    else if (!this.following) void this.follow();
  }

  stop(): void {
    this.following?.abort();
    this.following = null;
  }

  /** Show what comes as long as somebody is awaited or answers; a broken stream is taken up again where it broke. */
  private async follow(): Promise<void> {
    const conversation = this.deeds.conversation();
    if (!conversation) return;
    const following = (this.following = new AbortController());
    while (this.following === following) {
      try {
        const path = `/conversations/${encodeURIComponent(conversation.id)}/flux?apres=${encodeURIComponent(this.deeds.lastId())}`;
        await this.api.follow(path, conversation.token, following.signal, (name, data) => {
          if (this.following !== following) return;
          if (name === "message") this.deeds.receive([data as Message]);
          if (name === "relais") {
            const { relais, agent } = data as { relais: Relais; agent: string | null };
            this.set(relais, agent);
          }
        });
      } catch (error) {
        if (following.signal.aborted) return;
        if (error instanceof ServiceError && error.lost) {
          this.set(null);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }
}
