/*
 * Choriste's chat widget: plain JavaScript, no dependency, nothing loaded from anywhere but the service itself.
 *
 *   <script src="/widget/choriste.js" defer data-api="/api/v1" data-target="#choriste"></script>
 *
 * data-api     base of the public API (DESIGN §4), relative to the script's address; /api/v1 when absent.
 * data-target  selector of the element to fill; when absent, a button at the bottom right opens a panel.
 *
 * A page may hold <button data-question="…" hidden>: they are shown, and put their question in the box.
 * Texts become DOM nodes, never HTML; no style attribute is written, so a strict CSP suits.
 */
(() => {
  "use strict";

  const script = document.currentScript ?? document.querySelector('script[src*="/widget/choriste.js"]');
  const SERVICE = new URL(script.src).origin;
  const API = new URL(script.dataset.api || "/api/v1", script.src).href.replace(/\/+$/, "");
  const MAX_CHARACTERS = 2000;
  const COUNTER_FROM = 1800;
  const TIMEOUT_MS = 60_000;
  const ANNOUNCEMENT_MS = 20_000;
  const RECONNECT_MS = 3_000;

  const TEXT = {
    title: "Choriste",
    bot: "Assistant",
    user: "Vous",
    agent: "Conseiller",
    log: "Conversation",
    promise: "Assistant automatique, indépendant de l'AIFE. N'écrivez ni mot de passe ni code.",
    label: "Votre message",
    hint: "Entrée pour envoyer, Maj + Entrée pour aller à la ligne.",
    send: "Envoyer",
    typing: "L'assistant écrit…",
    wait: "L'assistant prépare une réponse. Attendez un instant.",
    empty: "Écrivez votre question avant de l'envoyer.",
    restart: "Nouvelle conversation",
    restarted: "Nouvelle conversation.",
    back: "Revenir à la précédente",
    lost: "Votre conversation précédente n'est plus disponible. En voici une nouvelle.",
    lostText: "Votre conversation précédente n'est plus disponible. En voici une nouvelle. Votre texte est resté dans la zone de saisie.",
    launcher: "Besoin d'aide\u00a0?",
    close: "Fermer",
    choices: "Réponses proposées",
    spokenChoices: "Réponses proposées\u00a0:",
    sources: "Sources",
    newWindow: "nouvelle fenêtre",
    helpful: "Cette réponse vous a-t-elle aidé\u00a0?",
    yes: "Oui",
    no: "Non",
    thanks: "Merci de votre retour.",
    thanksNo: "Merci de votre retour. Vous pouvez reformuler votre question, ou ",
    thanksNoLink: "demander de l'aide par le formulaire",
    copy: "Copier",
    copyWhat: "le texte de la demande",
    copyLink: "le lien de suivi",
    copied: "Copié",
    notCopied: "La copie n'a pas marché. Sélectionnez le texte, puis copiez-le.",
    retry: "Réessayer",
    kept: "Votre texte est resté dans la zone de saisie.",
    unreachable: "Le service ne répond pas. Vérifiez votre connexion, puis réessayez.",
    timeout: "La réponse met trop de temps à arriver. Réessayez dans un instant.",
    failed: "Le service a rencontré un incident. Réessayez dans un instant.",
    reference: "Référence",
    waiting: "Vous attendez un conseiller. Ce que vous écrivez lui sera montré.",
    stopWaiting: "Ne plus attendre",
    withAgent: "Vous parlez avec {nom}, du centre d'aide.",
    someAgent: "un conseiller",
    endTalk: "Terminer avec le conseiller",
    kinds: {
      unknown: "Je ne sais pas",
      out_of_scope: "Hors sujet",
      error: "Incident",
      recap: "À vérifier",
      done: "Enregistré",
    },
  };

  // --- small DOM help --------------------------------------------------------------------------------------------------

  /** An element with attributes (`className` and functions named on… included) and children; null children are left out. */
  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === false) continue;
      if (name === "className") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  const hiddenText = (text) => el("span", { className: "choriste-sr" }, text);

  /** French signs stay with their word: « que faire ? » never leaves « ? » alone on a line. */
  const frenchSpaces = (text) => text.replace(/ ([?!;:»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");

  // --- the Markdown subset: paragraphs, line breaks, lists, **bold**, [links](…) and bare addresses -----------------------

  const INLINE = /\*\*(.+?)\*\*|\[([^\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)|(https?:\/\/[^\s<>"«»]+)/g;
  const BULLET = /^\s*[-*]\s+(.*)$/;
  const NUMBER = /^\s*(\d{1,2})[.)]\s+(.*)$/;

  /** The address when it is http(s) or a path of the service itself, else null. */
  function safeAddress(raw) {
    if (!/^(https?:\/\/|\/(?![/\\]))/i.test(raw)) return null;
    try {
      return new URL(raw, SERVICE);
    } catch {
      return null;
    }
  }

  function link(address, label) {
    if (address.origin === SERVICE) return el("a", { href: address.href }, label);
    return el("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, label, hiddenText(` (${TEXT.newWindow})`));
  }

  function inline(text) {
    const nodes = [];
    let end = 0;
    for (const match of text.matchAll(INLINE)) {
      const [whole, bold, label, target, bare] = match;
      nodes.push(frenchSpaces(text.slice(end, match.index)));
      end = match.index + whole.length;
      if (bold !== undefined) {
        nodes.push(el("strong", {}, ...inline(bold)));
      } else if (label !== undefined) {
        const address = safeAddress(target);
        nodes.push(address ? link(address, frenchSpaces(label)) : whole);
      } else {
        const kept = bare.replace(/[.,;:!?)\]]+$/, "");
        const address = safeAddress(kept);
        nodes.push(address ? link(address, kept) : kept, bare.slice(kept.length));
      }
    }
    nodes.push(frenchSpaces(text.slice(end)));
    return nodes;
  }

  /** Bot text as nodes. What is not in the subset stays as it was typed. */
  function markdown(text) {
    const blocks = [];
    let paragraph = null;
    let list = null;
    for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
      const bullet = BULLET.exec(line);
      const number = bullet ? null : NUMBER.exec(line);
      if (!line.trim()) {
        paragraph = null;
        if (list) list.open = false;
      } else if (bullet || number) {
        const tag = bullet ? "ul" : "ol";
        if (!list || list.node.tagName !== tag.toUpperCase()) {
          list = { node: el(tag, number && number[1] !== "1" ? { start: number[1] } : {}) };
          blocks.push(list.node);
        }
        list.open = true;
        list.node.append(el("li", {}, ...inline(bullet ? bullet[1] : number[2])));
        paragraph = null;
      } else if (list && list.open && /^\s{2,}/.test(line)) {
        list.node.lastElementChild.append(el("br"), ...inline(line.trim()));
      } else if (paragraph) {
        paragraph.append(el("br"), ...inline(line));
      } else {
        paragraph = el("p", {}, ...inline(line));
        blocks.push(paragraph);
        list = null;
      }
    }
    return blocks;
  }

  /** Bot text without its marks, for the ear and the clipboard. */
  const plain = (text) => text.replace(/\*\*(.+?)\*\*/g, "$1").replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, "$1");

  /** What « Copier » takes: the prepared text when the message announces one, else the whole message. */
  function textToCopy(text) {
    const announced = /texte à copier\s*:\s*\n+/i.exec(text);
    return announced ? text.slice(announced.index + announced[0].length).trim() : plain(text).trim();
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No clipboard outside https: the old way.
      const area = el("textarea", { className: "choriste-sr", readonly: true, "aria-hidden": "true", tabindex: "-1" });
      const focused = document.activeElement;
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      focused?.focus();
      return done;
    }
  }

  const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
  const frenchDate = (date) => {
    const iso = ISO_DATE.exec(date);
    return iso ? `${iso[3]}/${iso[2]}/${iso[1]}` : date;
  };

  // --- what is kept over a reload -----------------------------------------------------------------------------------------

  const store = {
    key: `choriste:${API}`,
    /** {id, token, votes} or null. Storage may be forbidden: the conversation then lasts as long as the page. */
    read() {
      try {
        const found = JSON.parse(sessionStorage.getItem(this.key));
        return found?.id && found?.token ? { votes: [], ...found } : null;
      } catch {
        return null;
      }
    },
    write(conversation) {
      try {
        sessionStorage.setItem(this.key, JSON.stringify(conversation));
      } catch {
        // See read().
      }
    },
  };

  // --- the API ------------------------------------------------------------------------------------------------------------

  /** `message` is a French sentence for the person; `lost` tells that the conversation is not there any more. */
  class ServiceError extends Error {
    constructor(message, { status = 0, reference = null } = {}) {
      super(message);
      this.lost = status === 401 || status === 404;
      this.reference = reference;
    }
  }

  async function call(method, path, { token, body } = {}) {
    let response;
    try {
      response = await fetch(API + path, {
        method,
        headers: {
          Accept: "application/json",
          ...(body ? { "Content-Type": "application/json" } : {}),
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        body: body ? JSON.stringify(body) : undefined,
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new ServiceError(error.name === "TimeoutError" ? TEXT.timeout : TEXT.unreachable);
    }
    if (response.ok && response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    const detail = answer?.detail ? String(answer.detail) : TEXT.failed;
    // A detail that already holds a reference for the help-desk needs no second one.
    const reference = response.status >= 500 && answer?.request_id && !/référence/i.test(detail) ? String(answer.request_id) : null;
    throw new ServiceError(detail, { status: response.status, reference });
  }

  /** Server-sent events over fetch (an EventSource cannot send the token): calls `handle(name, data)` until the stream ends. */
  async function follow(path, token, signal, handle) {
    const response = await fetch(API + path, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` },
      credentials: "omit",
      cache: "no-store",
      signal,
    });
    if (!response.ok) throw new ServiceError(TEXT.failed, { status: response.status });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (pending + value).split("\n\n");
      pending = parts.pop();
      for (const part of parts) {
        const name = /^event: (.*)$/m.exec(part);
        const data = /^data: (.*)$/m.exec(part);
        if (name && data) handle(name[1], JSON.parse(data[1]));
      }
    }
  }

  // --- the widget ---------------------------------------------------------------------------------------------------------

  class Widget {
    constructor({ onClose = null } = {}) {
      this.conversation = null;
      this.previous = null;
      this.busy = false;
      this.inserted = "";
      this.nextId = 0;
      this.forget = 0;
      // Messages that are shown, by id: what comes by two ways is shown once.
      this.seen = new Set();
      this.lastId = "";
      // Who answers when it is not the bot: « attente », « agent » or null; the stream that tells.
      this.relais = null;
      this.following = null;
      this.build(onClose);
    }

    build(onClose) {
      this.restartButton = el("button", { type: "button", className: "choriste-quiet", onclick: () => this.restart() }, TEXT.restart);
      // The log is silent: history must not be read again. Finished messages are told by `announcer`.
      this.log = el("div", { className: "choriste-log", role: "log", "aria-label": TEXT.log, "aria-live": "off", tabindex: "0" });
      this.announcer = el("div", { className: "choriste-sr", "aria-live": "polite", "aria-atomic": "true", "data-announcer": true });
      this.status = el("p", { className: "choriste-status", role: "status" });
      this.error = el("div", { className: "choriste-error", role: "alert" });
      this.relaisText = el("p", { role: "status" });
      this.relaisButton = el("button", { type: "button", className: "choriste-quiet", onclick: () => this.endRelais() });
      this.relaisBar = el("div", { className: "choriste-relais", hidden: true }, this.relaisText, this.relaisButton);
      this.typing = el("p", { className: "choriste-typing" }, TEXT.typing);
      this.box = el("textarea", {
        id: "choriste-box",
        rows: "1",
        "aria-describedby": "choriste-hint choriste-counter",
        autocomplete: "off",
        enterkeyhint: "send",
        oninput: () => this.onInput(),
        onkeydown: (event) => this.onKey(event),
      });
      this.counter = el("p", { id: "choriste-counter", className: "choriste-counter", hidden: true });
      this.sendButton = el("button", { type: "submit", className: "choriste-send" }, TEXT.send);
      this.root = el(
        "section",
        { className: "choriste", "aria-labelledby": "choriste-title" },
        el(
          "div",
          { className: "choriste-head" },
          el("h2", { id: "choriste-title" }, TEXT.title),
          el(
            "div",
            { className: "choriste-head-buttons" },
            this.restartButton,
            onClose ? el("button", { type: "button", className: "choriste-quiet", onclick: onClose }, TEXT.close) : null,
          ),
        ),
        this.log,
        this.announcer,
        this.error,
        this.relaisBar,
        this.status,
        el(
          "form",
          { className: "choriste-form", onsubmit: (event) => this.onSubmit(event), novalidate: true },
          el("label", { for: "choriste-box" }, TEXT.label),
          this.box,
          this.sendButton,
          this.counter,
          el("p", { id: "choriste-hint", className: "choriste-hint" }, TEXT.hint),
        ),
        el("p", { className: "choriste-promise" }, TEXT.promise),
      );
    }

    // --- what the person does ---

    onKey(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    }

    onSubmit(event) {
      event.preventDefault();
      this.submit();
    }

    onInput() {
      const length = [...this.box.value].length;
      const over = length - MAX_CHARACTERS;
      const tally = `${length} caractères sur ${MAX_CHARACTERS}`;
      this.counter.hidden = length < COUNTER_FROM;
      // Hidden or not, it describes the box: empty while it has nothing to say.
      if (this.counter.hidden) this.counter.textContent = "";
      else this.counter.textContent = over > 0 ? `${tally}\u00a0: raccourcissez votre message de ${over}.` : `${tally}.`;
      if (over > 0 !== this.box.hasAttribute("aria-invalid")) this.tell(over > 0 ? this.counter.textContent : "", { aloudOnly: true });
      if (over > 0) this.box.setAttribute("aria-invalid", "true");
      else this.box.removeAttribute("aria-invalid");
      if (!CSS.supports("field-sizing", "content")) {
        this.box.style.height = "auto";
        this.box.style.height = `${this.box.scrollHeight + 2}px`;
      }
    }

    setText(text) {
      this.box.value = text;
      this.onInput();
    }

    /** Put a question in the box; what the person typed there stays. */
    suggest(question) {
      const typed = this.box.value.trim();
      this.setText(typed && typed !== this.inserted ? `${this.box.value.trimEnd()}\n${question}` : question);
      this.inserted = question;
      this.box.focus();
      this.box.setSelectionRange(this.box.value.length, this.box.value.length);
      this.box.scrollIntoView({ block: "nearest" });
    }

    submit() {
      const text = this.box.value.trim();
      this.box.focus();
      if (this.busy) this.tell(TEXT.wait);
      else if (!text) this.tell(TEXT.empty);
      else if ([...text].length > MAX_CHARACTERS) this.tell(this.counter.textContent, { aloudOnly: true });
      else this.say({ text }, text);
    }

    press(button) {
      this.focusAfterButton();
      if (this.busy) this.tell(TEXT.wait);
      else this.say({ button: button.id }, button.title);
    }

    /** Buttons are about to be disabled: the focus goes to the box, or to the log where a keyboard would pop up. */
    focusAfterButton() {
      (matchMedia("(pointer: coarse)").matches ? this.log : this.box).focus({ preventScroll: true });
    }

    // --- the turns of a conversation ---

    /** Run one exchange with the service: one at a time, with an error and a way to try again. */
    async turn(task, retry, { typing = true } = {}) {
      if (this.busy) return;
      this.setBusy(true, typing);
      this.clearError();
      this.tell("");
      try {
        await task();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        this.showError(error, retry);
      } finally {
        this.setBusy(false);
      }
    }

    /** Take up the conversation of this tab, or open one. */
    start() {
      return this.turn(
        () => this.begin(),
        () => this.start(),
        { typing: false },
      );
    }

    async begin() {
      const saved = store.read();
      if (!saved) return this.open();
      try {
        await this.load(saved);
      } catch (error) {
        if (!error.lost) throw error;
        this.inform(TEXT.lost);
        await this.open();
      }
    }

    async open() {
      const { id, token, messages } = await call("POST", "/conversations");
      this.remember({ id, token, votes: [] });
      this.addAll(messages, { announce: true });
    }

    async load(saved) {
      const { messages, relais } = await call("GET", `/conversations/${encodeURIComponent(saved.id)}`, { token: saved.token });
      this.remember(saved);
      this.addAll(messages, { announce: false });
      this.setRelais(relais);
      this.log.scrollTo({ top: this.log.scrollHeight, behavior: "instant" });
    }

    remember(conversation) {
      this.conversation = conversation;
      store.write(conversation);
    }

    /** Send a text or a button; on failure everything is as before, the text back in the box. */
    say(body, shown) {
      const retry = body.text ? () => this.submit() : () => this.say(body, shown);
      return this.turn(async () => {
        if (!this.conversation) await this.begin();
        const bubble = this.add({ sender: "user", kind: "message", text: shown });
        const frozen = this.freeze();
        if (body.text) this.setText("");
        this.scrollTo(bubble);
        try {
          const { messages, relais } = await this.post("messages", body);
          this.addAll(messages, { announce: true });
          this.setRelais(relais);
          this.scrollTo(bubble);
          // A notice may say that a secret was masked: show what the service kept, not what was typed.
          if (body.text && messages.some((message) => message.kind === "notice")) await this.showMasked(bubble);
        } catch (error) {
          bubble.remove();
          frozen.forEach((button) => {
            button.disabled = false;
          });
          if (body.text) this.setText([body.text, this.box.value].filter(Boolean).join("\n"));
          if (!error.lost) {
            if (body.text) error.message = `${error.message} ${TEXT.kept}`;
            throw error;
          }
          this.clearLog();
          this.conversation = null;
          this.inform(body.text ? TEXT.lostText : TEXT.lost);
          await this.open();
        }
      }, retry, { typing: !this.relais });
    }

    post(path, body) {
      const { id, token } = this.conversation;
      return call("POST", `/conversations/${encodeURIComponent(id)}/${path}`, { token, body });
    }

    async showMasked(bubble) {
      const { id, token } = this.conversation;
      const answer = await call("GET", `/conversations/${encodeURIComponent(id)}`, { token }).catch(() => null);
      const kept = answer?.messages.filter((message) => message.sender === "user").at(-1);
      if (kept) bubble.querySelector(".choriste-text").replaceChildren(...this.typed(kept.text));
    }

    // --- a person of the help-desk instead of the bot ---

    setRelais(relais, agent = null) {
      this.relais = relais ?? null;
      this.relaisBar.hidden = !this.relais;
      const text = this.relais === "attente" ? TEXT.waiting : this.relais ? TEXT.withAgent.replace("{nom}", agent ?? TEXT.someAgent) : "";
      if (this.relaisText.textContent !== text) this.relaisText.textContent = text;
      this.relaisButton.textContent = this.relais === "attente" ? TEXT.stopWaiting : TEXT.endTalk;
      if (!this.relais) this.unfollow();
      else if (!this.following) this.followRelais();
    }

    unfollow() {
      this.following?.abort();
      this.following = null;
    }

    /** Show what comes as long as somebody is awaited or answers; a broken stream is taken up again where it broke. */
    async followRelais() {
      const following = (this.following = new AbortController());
      const { id, token } = this.conversation;
      while (this.following === following) {
        try {
          const path = `/conversations/${encodeURIComponent(id)}/flux?apres=${encodeURIComponent(this.lastId)}`;
          await follow(path, token, following.signal, (name, data) => {
            if (this.following !== following) return;
            if (name === "message") this.receive([data]);
            if (name === "relais") this.setRelais(data.relais, data.agent);
          });
        } catch (error) {
          if (following.signal.aborted) return;
          if (error.lost) {
            this.setRelais(null);
            return;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      }
    }

    /** Messages that came by themselves. */
    receive(messages) {
      const fresh = messages.filter((message) => message.sender !== "user" && !this.seen.has(message.id));
      if (!fresh.length) return;
      const low = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
      this.addAll(fresh, { announce: true });
      if (low) this.log.scrollTop = this.log.scrollHeight;
    }

    endRelais() {
      this.box.focus();
      this.turn(
        async () => {
          const { id, token } = this.conversation;
          const { messages, relais } = await call("DELETE", `/conversations/${encodeURIComponent(id)}/relais`, { token });
          this.receive(messages);
          this.setRelais(relais);
        },
        () => this.endRelais(),
        { typing: false },
      );
    }

    restart() {
      if (this.busy) {
        this.tell(TEXT.wait);
        return;
      }
      this.box.focus();
      this.turn(
        async () => {
          const before = this.conversation;
          const { id, token, messages } = await call("POST", "/conversations");
          this.setRelais(null);
          this.clearLog();
          this.remember({ id, token, votes: [] });
          this.previous = before;
          this.inform(TEXT.restarted, before ? { label: TEXT.back, run: () => this.goBack() } : null);
          this.addAll(messages, { announce: true });
        },
        () => this.restart(),
      );
    }

    goBack() {
      this.box.focus();
      this.turn(
        async () => {
          const before = this.previous;
          const shown = [...this.log.children].filter((node) => node !== this.typing);
          this.setRelais(null);
          this.clearLog();
          try {
            await this.load(before);
          } catch (error) {
            shown.forEach((node) => this.append(node));
            throw error;
          }
        },
        () => this.goBack(),
      );
    }

    setBusy(busy, typing = false) {
      this.busy = busy;
      this.log.setAttribute("aria-busy", String(busy));
      for (const button of [this.sendButton, this.restartButton]) {
        // Not `disabled`: a disabled button would lose the focus it may hold.
        if (busy) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      }
      if (typing) {
        this.log.append(this.typing);
        this.log.scrollTop = this.log.scrollHeight;
      } else {
        this.typing.remove();
      }
    }

    // --- what the person is told ---

    /** A short word about the widget itself, seen and heard; not part of the conversation. */
    tell(text, { aloudOnly = false } = {}) {
      this.status.replaceChildren(aloudOnly ? hiddenText(text) : text);
    }

    inform(text, action = null) {
      const line = el("div", { className: "choriste-info" }, el("p", {}, text));
      if (action) line.append(el("button", { type: "button", className: "choriste-quiet", onclick: action.run }, action.label));
      this.append(line);
      this.tell(text, { aloudOnly: true });
    }

    clearError() {
      this.error.replaceChildren();
    }

    showError(error, retry) {
      const again = () => {
        this.box.focus();
        this.clearError();
        retry();
      };
      this.error.replaceChildren(
        el(
          "div",
          {},
          el("p", {}, el("strong", {}, TEXT.kinds.error), "\u00a0: ", frenchSpaces(error.message)),
          error.reference ? el("p", { className: "choriste-reference" }, `${TEXT.reference}\u00a0: ${error.reference}`) : "",
        ),
        el("button", { type: "button", className: "choriste-button", onclick: again }, TEXT.retry),
      );
    }

    /** Tell finished bot messages to screen readers, then forget them so that they are not met twice on the page. */
    announce(messages) {
      const spoken = messages
        .filter((message) => message.sender !== "user")
        .map((message) => {
          const who = [this.author(message), TEXT.kinds[message.kind]].filter(Boolean).join(", ");
          const titles = message.buttons.map((button) => button.title).join(", ");
          return `${who}\u00a0: ${plain(message.text)}${titles ? ` ${TEXT.spokenChoices} ${titles}.` : ""}`;
        });
      if (!spoken.length) return;
      clearTimeout(this.forget);
      this.announcer.replaceChildren(...spoken.map((text) => el("p", {}, text)));
      this.forget = setTimeout(() => this.announcer.replaceChildren(), ANNOUNCEMENT_MS);
    }

    // --- messages ---

    /** Add to the log, above the typing line. */
    append(node) {
      this.log.insertBefore(node, this.typing.parentNode === this.log ? this.typing : null);
    }

    clearLog() {
      this.seen.clear();
      this.lastId = "";
      this.log.replaceChildren(...[...this.log.children].filter((node) => node === this.typing));
    }

    author(message) {
      return { user: TEXT.user, agent: TEXT.agent }[message.sender] ?? TEXT.bot;
    }

    addAll(messages, { announce }) {
      const shown = messages.map((message) => ({ buttons: [], sources: [], ...message }));
      // Choices made before the last thing that the person said are past.
      const lastSaid = shown.findLastIndex((message) => message.sender === "user");
      shown.forEach((message, index) => {
        if (message.id) this.lastId = message.id;
        if (message.id && this.seen.has(message.id)) return;
        this.seen.add(message.id);
        this.add(message, { past: index < lastSaid });
      });
      if (announce) this.announce(shown);
    }

    add(message, { past = false } = {}) {
      const id = `choriste-who-${(this.nextId += 1)}`;
      const label = TEXT.kinds[message.kind];
      const said = message.sender === "user" ? this.typed(message.text) : markdown(message.text);
      const node = el(
        "article",
        { className: `choriste-message choriste-${message.sender}`, "data-kind": message.kind, "aria-labelledby": id },
        el(
          "p",
          { className: "choriste-who", id },
          el("span", {}, this.author(message)),
          label ? hiddenText(", ") : null,
          label ? el("span", { className: "choriste-kind" }, label) : null,
        ),
        el("div", { className: "choriste-text" }, ...said),
      );
      if (message.sources?.length) node.append(this.sources(message.sources, id));
      if (message.buttons?.length) node.append(this.choices(message.buttons, past));
      if (message.kind === "done") node.append(this.copyButton(TEXT.copyWhat, textToCopy(message.text)), this.copyLink(node));
      if (message.kind === "answer" && message.id && !this.conversation?.votes.includes(message.id)) node.append(this.vote(message.id));
      this.append(node);
      return node;
    }

    /** What a person typed: shown as it is. */
    typed(text) {
      const paragraph = el("p");
      text.split("\n").forEach((line, index) => paragraph.append(...(index ? [el("br"), line] : [line])));
      return [paragraph];
    }

    sources(sources, id) {
      const items = sources.map((source) => {
        const address = safeAddress(source.url);
        return el("li", {}, address ? link(address, frenchSpaces(source.titre)) : source.titre, source.date ? ` (${frenchDate(source.date)})` : "");
      });
      return el(
        "div",
        { className: "choriste-sources" },
        el("p", { id: `${id}-sources` }, TEXT.sources),
        el("ul", { "aria-labelledby": `${id}-sources` }, ...items),
      );
    }

    choices(buttons, past) {
      const items = buttons.map((button) =>
        el(
          "button",
          { type: "button", className: "choriste-button", "data-choice": true, disabled: past, onclick: () => this.press(button) },
          frenchSpaces(button.title),
        ),
      );
      return el("div", { className: "choriste-choices", role: "group", "aria-label": TEXT.choices }, ...items);
    }

    /** The conversation goes on: earlier choices cannot be made any more. Returns those that could until now. */
    freeze() {
      const open = [...this.log.querySelectorAll("button[data-choice]:enabled")];
      open.forEach((button) => {
        button.disabled = true;
      });
      this.log.querySelectorAll(".choriste-info button").forEach((button) => button.remove());
      return open;
    }

    /** The secret follow-up link, which is shown only once. An address without its secret (read again later) is not worth copying. */
    copyLink(node) {
      const link = [...node.querySelectorAll("a")].find((one) => one.pathname.startsWith("/suivi/") && one.hash);
      return link ? this.copyButton(TEXT.copyLink, link.href) : "";
    }

    copyButton(what, text) {
      const told = el("span", { role: "status" });
      const button = el("button", { type: "button", className: "choriste-button" }, TEXT.copy, el("span", {}, ` ${what}`));
      button.addEventListener("click", async () => {
        told.textContent = "";
        const done = await copy(text);
        told.textContent = done ? TEXT.copied : TEXT.notCopied;
      });
      return el("div", { className: "choriste-copy" }, button, told);
    }

    vote(messageId) {
      const id = `choriste-vote-${(this.nextId += 1)}`;
      const group = el("div", { className: "choriste-vote", role: "group", "aria-labelledby": id }, el("p", { id }, TEXT.helpful));
      const send = (useful) =>
        this.turn(
          async () => {
            await this.post(`messages/${encodeURIComponent(messageId)}/feedback`, { useful });
            this.remember({ ...this.conversation, votes: [...this.conversation.votes, messageId] });
            const thanks = el("p", { className: "choriste-thanks", tabindex: "-1" }, useful ? TEXT.thanks : TEXT.thanksNo);
            if (!useful) thanks.append(el("a", { href: `${SERVICE}/sollicitation` }, TEXT.thanksNoLink), ".");
            group.replaceWith(thanks);
            // The focus was on a button that is gone; on this line it is read.
            thanks.focus({ preventScroll: true });
            if (!useful) await this.catchUp();
          },
          () => send(useful),
          { typing: false },
        );
      for (const [label, useful] of [
        [TEXT.yes, true],
        [TEXT.no, false],
      ]) {
        group.append(el("button", { type: "button", className: "choriste-button", onclick: () => send(useful) }, label));
      }
      return group;
    }

    /** After a « no » the conversation may offer a person: show what was added. What fails here costs the vote nothing. */
    async catchUp() {
      const { id, token } = this.conversation;
      const answer = await call("GET", `/conversations/${encodeURIComponent(id)}`, { token }).catch(() => null);
      if (answer) this.receive(answer.messages);
    }

    /** Show a message at the top of the log, so that a long answer is read from its beginning. */
    scrollTo(node) {
      this.log.scrollTop = node.offsetTop - 8;
    }
  }

  // --- in the page --------------------------------------------------------------------------------------------------------

  /** The widget's CSS; `ready` once it is there (or cannot be had). */
  function loadStyles() {
    const sheet = el("link", { rel: "stylesheet", href: new URL("choriste.css", script.src).href });
    const ready = new Promise((resolve) => {
      sheet.addEventListener("load", resolve);
      sheet.addEventListener("error", resolve);
    });
    document.head.append(sheet);
    return ready;
  }

  function fill(target) {
    const widget = new Widget();
    widget.root.hidden = true;
    target.replaceChildren(widget.root);
    loadStyles().then(() => {
      widget.root.hidden = false;
    });
    widget.start();
    return { widget, show: () => {} };
  }

  function launch() {
    let started = false;
    const close = () => {
      widget.root.hidden = true;
      button.setAttribute("aria-expanded", "false");
      button.focus();
    };
    const widget = new Widget({ onClose: close });
    const show = () => {
      widget.root.hidden = false;
      button.setAttribute("aria-expanded", "true");
      if (!started) widget.start();
      started = true;
      widget.box.focus();
    };
    const toggle = () => (widget.root.hidden ? show() : close());
    const button = el(
      "button",
      { type: "button", className: "choriste-launcher", "aria-expanded": "false", "aria-controls": "choriste-panel", onclick: toggle },
      TEXT.launcher,
    );
    Object.assign(widget.root, { id: "choriste-panel", hidden: true });
    widget.root.classList.add("choriste-panel");
    const corner = el("div", { className: "choriste-corner", hidden: true }, button, widget.root);
    corner.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && !widget.root.hidden) close();
    });
    document.body.append(corner);
    loadStyles().then(() => {
      corner.hidden = false;
    });
    return { widget, show };
  }

  function install() {
    const target = script.dataset.target ? document.querySelector(script.dataset.target) : null;
    const { widget, show } = target ? fill(target) : launch();
    document.querySelectorAll("[data-question], [data-with-widget]").forEach((node) => {
      node.hidden = false;
    });
    document.addEventListener("click", (event) => {
      const asked = event.target instanceof Element ? event.target.closest("[data-question]") : null;
      if (!asked) return;
      show();
      widget.suggest(asked.dataset.question);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", install);
  else install();
})();
