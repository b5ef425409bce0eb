/** The conversation: one exchange at a time, nothing lost, nothing sent twice. */

import { AccessForm } from "./access";
import { Api, ServiceError, Stopped } from "./api";
import { CheckForm } from "./check";
import { Composer } from "./composer";
import { button, el } from "./dom";
import { download, print } from "./keep";
import { Log, type Waiting } from "./log";
import { Markdown, plain, typed } from "./markdown";
import { Memory, type News, type Pending } from "./memory";
import type { Deeds } from "./message";
import { Panel } from "./panel";
import { RelaisBar } from "./relais";
import { report } from "./report";
import { CHECK, TEXT } from "./texts";
import type { Button, Kept, Message, Messages, Opened, Options, Report } from "./types";

type Body = { text: string } | { button: string };
type Task = (signal: AbortSignal) => Promise<void>;
type Wait = { waiting?: Waiting | null; stoppable?: boolean };

const WRITES: Waiting = { text: TEXT.typing, slow: TEXT.slow };

export class Widget {
  readonly panel: Panel;
  readonly composer: Composer;
  /** Called with the number of messages that came while nobody looked. */
  onUnread: (count: number) => void = () => undefined;
  /** True while the person sees the conversation. */
  looking: () => boolean = () => true;

  private readonly api: Api;
  private readonly markdown: Markdown;
  private readonly memory: Memory;
  private readonly log: Log;
  private readonly relais: RelaisBar;
  private readonly check: CheckForm;
  private readonly access: AccessForm;
  private conversation: Kept | null = null;
  private previous: Kept | null = null;
  private current: AbortController | null = null;
  /** A message that left and may or may not have arrived. */
  private failed: Pending | null = null;
  private retry: (() => void) | null = null;
  /** What is shown lacks something that the service has. */
  private stale = false;
  private unread = 0;

  constructor(
    private readonly options: Options,
    close: (() => void) | null,
  ) {
    this.api = new Api(options.api, () => this.memory.access);
    this.markdown = new Markdown(options.service);
    this.memory = new Memory(`choriste:${options.api}`, options.remember, (news) => this.onNews(news));
    this.composer = new Composer({
      submit: (text) => this.submit(text),
      stop: () => this.current?.abort(),
      typed: (text) => (this.memory.draft = text),
      tell: (text) => this.panel.tell(text),
      aloud: (text) => this.panel.aloud(text),
    });
    this.log = new Log(this.deeds(), (text) => this.panel.aloud(text));
    this.relais = new RelaisBar(this.api, {
      conversation: () => this.conversation,
      lastId: () => this.log.lastId,
      receive: (messages) => void this.receive(messages),
      changed: (relais) => this.conversation && this.remember({ ...this.conversation, relais }),
      end: () => this.endRelais(),
    });
    this.check = new CheckForm(this.api, {
      conversation: () => this.conversation,
      done: (result) => void this.showReport(result),
      close: () => this.composer.focus(),
    });
    const form = `${options.service}/sollicitation`;
    this.access = new AccessForm(this.api, form, (token) => (this.memory.access = token));
    this.panel = new Panel(
      {
        log: this.log.node,
        below: this.log.below,
        announcer: this.log.announcer,
        relais: this.relais.node,
        composer: this.composer.form,
        check: this.check.node,
        access: this.access.node,
        form,
        home: options.mode === "page" ? `${options.service}/` : null,
      },
      {
        restart: () => this.restart(),
        check: () => this.check.open(),
        download: () => this.export((messages) => (download(messages), this.panel.tell(TEXT.downloaded))),
        print: () => this.export(() => print(this.panel.node.getRootNode() as ShadowRoot, this.log.shown)),
        forget: () => this.forget(),
        drop: (files) => this.check.take(files),
      },
      close,
    );
    this.composer.text = this.memory.draft;
    addEventListener("offline", () => this.panel.setNetwork(false));
    addEventListener("online", () => this.onOnline());
    if (!navigator.onLine) this.panel.setNetwork(false);
  }

  /** Somebody of the help-desk was awaited or answered when this was last seen: what they write must be told. */
  get awaited(): boolean {
    return Boolean(this.memory.conversation()?.relais);
  }

  /** The person looks again. */
  seen(): void {
    this.log.payScroll();
    this.unread = 0;
    this.onUnread(0);
  }

  /** Take up the conversation of this device, or open one. */
  start(): Promise<void> {
    return this.turn(
      () => this.begin(),
      () => void this.start(),
      { waiting: { text: TEXT.loading, slow: TEXT.slowLoading } },
    );
  }

  private deeds(): Deeds {
    return {
      markdown: this.markdown,
      service: this.options.service,
      press: (button) => this.press(button),
      mayVote: (id) => !this.conversation?.votes.includes(id),
      vote: (id, vote, done) => {
        const send = (): void =>
          void this.turn(async () => {
            await this.call("POST", `messages/${encodeURIComponent(id)}/feedback`, { body: vote });
            if (this.conversation) this.remember({ ...this.conversation, votes: [...new Set([...this.conversation.votes, id])] });
            done();
            // After a « no » the conversation may offer a person. What fails here costs the vote nothing.
            if (!vote.useful) await this.refresh().catch(() => null);
          }, send);
        send();
      },
    };
  }

  // --- what the person does ---

  private submit(text: string): void {
    if (this.current) this.panel.tell(TEXT.wait);
    else void this.say({ text }, text, this.failed?.text === text ? this.failed.key : newKey());
  }

  private press(button: Button): void {
    // Buttons are about to be disabled: the focus goes to the box, or to the log where a keyboard would pop up.
    (matchMedia("(pointer: coarse)").matches ? this.log.node : this.composer.box).focus({ preventScroll: true });
    if (this.current) this.panel.tell(TEXT.wait);
    else void this.say({ button: button.id }, button.title, newKey());
  }

  private export(act: (messages: Message[]) => void): void {
    if (this.log.messages.length) act(this.log.messages);
    else this.panel.tell(TEXT.nothingYet);
  }

  private restart(): void {
    this.composer.focus();
    if (this.current) {
      this.panel.tell(TEXT.wait);
      return;
    }
    void this.turn(
      async () => {
        const before = this.conversation;
        const opened = await this.api.call<Opened>("POST", "/conversations");
        this.change(opened);
        this.previous = before;
        this.inform(TEXT.restarted, before ? { label: TEXT.back, run: () => this.goBack() } : null);
        await this.show(opened.messages, { announce: true });
      },
      () => this.restart(),
      { waiting: WRITES },
    );
  }

  private goBack(): void {
    this.composer.focus();
    const before = this.previous;
    if (!before) return;
    void this.turn(
      async () => {
        const answer = await this.read(before);
        this.change(before);
        await this.load(answer);
      },
      () => this.goBack(),
    );
  }

  private forget(): void {
    this.memory.forget();
    this.memory.draft = "";
    if (this.conversation) this.memory.tell({ what: "forgotten", id: this.conversation.id });
    this.leave();
    this.inform(TEXT.forgotten);
    this.composer.text = "";
    this.composer.focus();
  }

  // --- the turns of a conversation ---

  /** Run one exchange with the service: one at a time, with an error and a way to try again. */
  private async turn(task: Task, retry: () => void, { waiting = null, stoppable = false }: Wait = {}): Promise<void> {
    if (this.current) return;
    const current = (this.current = new AbortController());
    this.setBusy(true, waiting, stoppable);
    this.clearError();
    this.panel.tell("");
    try {
      await task(current.signal);
    } catch (error) {
      if (error instanceof ServiceError && error.closed) this.access.ask(() => (this.composer.focus(), retry()), this.held());
      else if (error instanceof ServiceError) this.showError(error, retry);
      else if (!(error instanceof Stopped)) throw error;
    } finally {
      this.current = null;
      this.setBusy(false);
    }
    if (this.stale) void this.refresh().catch(() => null);
  }

  private setBusy(busy: boolean, waiting: Waiting | null = null, stoppable = false): void {
    this.log.setBusy(busy, waiting);
    this.panel.setBusy(busy);
    this.composer.setBusy(busy, stoppable);
  }

  private async begin(): Promise<void> {
    const saved = this.memory.conversation();
    if (!saved) return this.open();
    let answer: Messages;
    try {
      answer = await this.read(saved);
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.lost) throw error;
      this.inform(TEXT.lost);
      return this.open();
    }
    this.remember(saved);
    await this.load(answer);
    this.takeUpPending();
  }

  private async open(): Promise<void> {
    const { id, token, messages } = await this.api.call<Opened>("POST", "/conversations");
    this.remember({ id, token, votes: [] });
    await this.show(messages, { announce: true, own: true });
  }

  private async load({ messages, relais }: Messages): Promise<void> {
    await this.show(messages, { own: true });
    this.relais.set(relais);
    this.log.toEnd();
  }

  /** The page went while a message was on its way: get its answer, or give the text back. */
  private takeUpPending(): void {
    const pending = this.memory.pending;
    if (!pending) return;
    const arrived = this.log.messages.findLast((message) => message.sender === "user")?.text === pending.text;
    const returned = this.composer.text.startsWith(pending.text);
    this.settle(arrived ? null : pending);
    if (!arrived && !returned) this.composer.text = [pending.text, this.composer.text].filter(Boolean).join("\n");
    if (arrived && returned) this.composer.text = this.composer.text.slice(pending.text.length).trimStart();
    if (!arrived) return;
    if (this.log.messages.at(-1)?.sender === "user" && !this.relais.state) {
      this.inform(TEXT.noAnswerYet, { label: TEXT.seeAnyway, run: () => this.look() });
    }
  }

  /** The message whose fate is unknown, which a reload must not forget; null once it is known. */
  private settle(failed: Pending | null): void {
    this.failed = failed;
    this.memory.pending = failed;
  }

  /** Send a text or a button; on failure everything is as before, the text back in the box. */
  private say(body: Body, shown: string, key: string): Promise<void> {
    const isText = "text" in body;
    const retry = isText ? () => this.composer.submit() : () => void this.say(body, shown, key);
    return this.turn(
      async (signal) => {
        if (!this.conversation) await this.begin();
        if (this.failed && (await this.arrivedBefore(this.failed, isText))) return;
        const bubble = this.log.addSaid(shown);
        const frozen = this.log.freeze();
        if (isText) {
          this.composer.text = "";
          this.memory.pending = { key, text: shown };
        }
        this.log.scrollTo(bubble);
        try {
          const { messages, relais } = await this.call<Messages>("POST", "messages", { body, key, signal });
          this.settle(null);
          await this.show(messages, { announce: true });
          this.relais.set(relais);
          this.log.scrollTo(bubble);
          // A notice may say that a secret was masked: show what the service kept, not what was typed.
          if (isText && messages.some((message) => message.kind === "notice")) await this.showMasked(bubble);
          if (this.conversation) this.memory.tell({ what: "changed", id: this.conversation.id });
        } catch (error) {
          if (error instanceof Stopped) {
            this.settle(null);
            this.inform(TEXT.stopped, { label: TEXT.seeAnyway, run: () => this.look() });
            throw error;
          }
          this.log.remove(bubble);
          frozen.forEach((one) => {
            one.disabled = false;
          });
          if (isText) this.composer.text = [shown, this.composer.text].filter(Boolean).join("\n");
          if (!(error instanceof ServiceError)) throw error;
          if (!error.lost) {
            this.settle(error.unsure && isText ? { key, text: shown } : null);
            if (isText) error.message = `${error.message} ${TEXT.kept}`;
            throw error;
          }
          this.leave();
          this.inform(isText ? TEXT.lostText : TEXT.lost);
          await this.open();
        }
      },
      retry,
      this.relais.state ? {} : { waiting: WRITES, stoppable: true },
    );
  }

  /** A message whose fate was unknown: true when it had arrived and nothing else is to be sent now. */
  private async arrivedBefore(failed: Pending, isText: boolean): Promise<boolean> {
    const known = this.log.messages.filter((message) => message.sender === "user").length;
    const answer = await this.call<Messages>("GET", "").catch(() => null);
    const said = answer?.messages.filter((message) => message.sender === "user").slice(known) ?? [];
    if (!answer || !said.some((message) => message.text === failed.text)) return false;
    if (answer.messages.at(-1)?.sender === "user" && !answer.relais) return false;
    this.settle(null);
    await this.catchUp(answer, true);
    const left = this.composer.text.startsWith(failed.text) ? this.composer.text.slice(failed.text.length).trimStart() : this.composer.text;
    if (isText) this.composer.text = left;
    return true;
  }

  private call<Answer>(method: string, path: string, more: { body?: unknown; key?: string; signal?: AbortSignal } = {}): Promise<Answer> {
    if (!this.conversation) throw new ServiceError(TEXT.lost, 404);
    const { id, token } = this.conversation;
    return this.api.call<Answer>(method, `/conversations/${encodeURIComponent(id)}${path && "/"}${path}`, { token, ...more });
  }

  private read(kept: Kept): Promise<Messages> {
    return this.api.call<Messages>("GET", `/conversations/${encodeURIComponent(kept.id)}`, { token: kept.token });
  }

  // --- what comes by other ways: an agent, another tab, an answer that was not waited for ---

  /** « Voir la réponse ». */
  private look(): void {
    this.composer.focus();
    void this.turn(
      async () => {
        const before = this.log.messages.length;
        await this.refresh(true);
        if (this.log.messages.length === before) this.inform(TEXT.noAnswerYet, { label: TEXT.seeAnyway, run: () => this.look() });
      },
      () => this.look(),
    );
  }

  private async refresh(announce = true): Promise<void> {
    this.stale = false;
    const asked = this.conversation;
    const answer = await this.call<Messages>("GET", "");
    // Another conversation may have taken the place meanwhile.
    if (asked?.id === this.conversation?.id) await this.catchUp(answer, announce);
  }

  /** Show what the service has and the screen has not; when the orders differ, everything anew. */
  private async catchUp(answer: Messages, announce: boolean): Promise<void> {
    const low = this.log.isLow();
    if (this.log.agrees(answer.messages)) {
      await this.receive(answer.messages, { announce, own: true });
    } else {
      const known = new Set(this.log.messages.map((message) => message.id));
      this.log.clear();
      await this.show(answer.messages, { own: true });
      if (announce) this.log.announce(answer.messages.filter((message) => !known.has(message.id)));
      if (low) this.log.toEnd();
    }
    this.relais.set(answer.relais);
  }

  private async receive(messages: Message[], { announce = true, own = false } = {}): Promise<void> {
    const low = this.log.isLow();
    const fresh = await this.show(messages, { announce, own });
    if (!fresh.length) return;
    if (fresh.some((message) => message.sender === "user")) this.log.freezeBefore(fresh);
    if (low) this.log.toEnd();
    else this.log.below.hidden = false;
    const others = fresh.filter((message) => message.sender !== "user").length;
    if (this.looking() || !others) return;
    this.unread += others;
    this.onUnread(this.unread);
  }

  private async show(messages: Message[], how: { announce?: boolean; own?: boolean }): Promise<Message[]> {
    const fresh = await this.log.addAll(messages, how);
    const last = this.log.messages.at(-1);
    if (fresh.length) this.composer.expect(last?.sender === "user" ? null : last?.saisie);
    return fresh;
  }

  private onNews(news: News): void {
    if (news.id === this.conversation?.id && news.what === "changed") {
      if (this.current) this.stale = true;
      else void this.refresh(false).catch(() => null);
    } else if (news.id === this.conversation?.id && news.what === "forgotten") {
      this.leave();
      this.inform(TEXT.forgotten);
    } else if (news.what === "moved" && this.conversation && news.id !== this.conversation.id && !this.current) {
      const { kept } = news;
      this.leave();
      void this.turn(
        async () => {
          this.remember(kept);
          await this.load(await this.read(kept));
          this.inform(TEXT.restartedElsewhere);
        },
        () => void this.start(),
      );
    }
  }

  private endRelais(): void {
    this.composer.focus();
    void this.turn(
      async () => {
        const { messages, relais } = await this.call<Messages>("DELETE", "relais");
        await this.receive(messages);
        this.relais.set(relais);
      },
      () => this.endRelais(),
    );
  }

  // --- small things ---

  private remember(conversation: Kept): void {
    this.conversation = conversation;
    this.memory.keep(conversation);
  }

  private leave(): void {
    this.relais.stop();
    this.conversation = null;
    this.relais.set(null);
    this.log.clear();
    this.settle(null);
    this.composer.expect(null);
  }

  /** Another conversation takes the place, in the other tabs too. */
  private change({ id, token, votes = [] }: { id: string; token: string; votes?: string[] }): void {
    this.leave();
    this.remember({ id, token, votes });
    this.memory.tell({ what: "moved", id, kept: { id, token, votes } });
  }

  /** What the conversation says of the report, then all of it. */
  private async showReport(result: Report): Promise<void> {
    const said = result.messages ?? [];
    await this.show(said, { own: true, announce: true });
    const node = report(result, this.markdown);
    const whole = said.length ? el("details", { className: "choriste-whole" }, el("summary", {}, CHECK.details), node) : node;
    this.log.append(whole);
    if (!said.length) this.log.speak([`${CHECK.report}\u00a0: ${CHECK.verdicts[result.verdict] ?? ""}. ${plain(result.summary)}`]);
    this.log.scrollTo(this.log.shown.at(-1 - Number(said.length > 1)) ?? whole);
    this.log.node.focus({ preventScroll: true });
    if (this.conversation && said.length) this.memory.tell({ what: "changed", id: this.conversation.id });
  }

  private async showMasked(bubble: HTMLElement): Promise<void> {
    const answer = await this.call<Messages>("GET", "").catch(() => null);
    const kept = answer?.messages.findLast((message) => message.sender === "user");
    if (!kept) return;
    bubble.querySelector(".choriste-text")?.replaceChildren(...typed(kept.text));
    this.log.correct(bubble, kept);
  }

  private inform(text: string, action: { label: string; run: () => void } | null = null): void {
    const line = el("div", { className: "choriste-info" }, el("p", {}, text));
    if (action) line.append(button(action.label, "choriste-quiet", () => (line.remove(), action.run())));
    this.log.append(line);
    if (this.log.isLow()) this.log.toEnd();
    this.panel.aloud(text);
  }

  private held(): boolean {
    return this.panel.node.contains((this.panel.node.getRootNode() as ShadowRoot).activeElement);
  }

  private clearError(): void {
    this.retry = null;
    this.panel.clearError();
  }

  private showError(error: ServiceError, retry: () => void): void {
    const again = (): void => {
      this.composer.focus();
      this.clearError();
      retry();
    };
    // Back on the network, what failed for want of it goes by itself; the key keeps it from going twice.
    this.retry = error.unsure ? again : null;
    this.panel.showError(error, again);
  }

  private onOnline(): void {
    this.panel.setNetwork(true);
    const held = this.held();
    const { retry, failed } = this;
    if (!retry || (failed && this.composer.text && this.composer.text !== failed.text)) return;
    this.clearError();
    if (held) this.composer.focus();
    if (failed && this.composer.text) void this.say({ text: failed.text }, failed.text, failed.key);
    else retry();
  }
}

function newKey(): string {
  // crypto.randomUUID() is for https only.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
