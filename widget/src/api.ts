/** The service over HTTP. Errors are French sentences for the person. */

import { TEXT } from "./texts";

const TIMEOUT_MS = 60_000;

/**
 * `lost`: the conversation is not there any more. `unsure`: nobody knows whether the service got the request. `closed`: the
 * service first wants the operator's access code.
 */
export class ServiceError extends Error {
  readonly closed: boolean;
  readonly lost: boolean;
  readonly unsure: boolean;

  constructor(
    message: string,
    readonly status = 0,
    readonly reference: string | null = null,
    code = "",
  ) {
    super(message);
    this.closed = code === "acces_requis";
    this.lost = !this.closed && (status === 401 || status === 404);
    this.unsure = status === 0;
  }
}

/** The person stopped waiting. */
export class Stopped extends Error {}

export interface CallOptions {
  token?: string;
  body?: unknown;
  /** The same key again: the service answers what it answered before, and does nothing twice. */
  key?: string;
  signal?: AbortSignal;
}

export class Api {
  /** `access` gives what the access code was exchanged for, null without one. */
  constructor(
    private readonly base: string,
    private readonly access: () => string | null,
  ) {}

  /** The answer's JSON. Raises ServiceError, or Stopped when `signal` was aborted. */
  async call<Answer>(method: string, path: string, { token, body, key, signal }: CallOptions = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: {
          Accept: "application/json",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...this.keys(token),
          ...(key ? { "Idempotency-Key": key } : {}),
        },
        body: body === undefined ? null : JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch {
      if (signal?.aborted) throw new Stopped();
      throw new ServiceError(timeout.aborted ? TEXT.timeout : TEXT.unreachable);
    }
    if (response.status === 204) return null as Answer;
    const answer: unknown = await response.json().catch(() => null);
    if (signal?.aborted) throw new Stopped();
    if (response.ok && answer) return answer as Answer;
    if (response.ok) throw new ServiceError(TEXT.unreachable);
    throw problem(response.status, answer);
  }

  /** Server-sent events over fetch (an EventSource cannot send the token): calls `handle` until the stream ends. */
  async follow(path: string, token: string, signal: AbortSignal, handle: (name: string, data: unknown) => void): Promise<void> {
    const response = await fetch(this.base + path, {
      headers: { Accept: "text/event-stream", ...this.keys(token) },
      credentials: "same-origin",
      cache: "no-store",
      signal,
    });
    if (!response.ok || !response.body) throw new ServiceError(TEXT.failed, response.status);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (pending + value).split("\n\n");
      pending = parts.pop() ?? "";
      for (const part of parts) {
        const name = /^event: (.*)$/m.exec(part)?.[1];
        const data = /^data: (.*)$/m.exec(part)?.[1];
        if (name && data) handle(name, JSON.parse(data));
      }
    }
  }

  /** Send a form with a file. `progress` is told the part that has left, 0 to 1. fetch cannot tell it: hence XMLHttpRequest. */
  upload<Answer>(path: string, form: FormData, token: string | null, signal: AbortSignal, progress: (part: number) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.base + path);
      request.setRequestHeader("Accept", "application/json");
      for (const [name, value] of Object.entries(this.keys(token))) request.setRequestHeader(name, value);
      request.responseType = "json";
      request.timeout = 2 * TIMEOUT_MS;
      request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
      request.onload = () =>
        request.status === 200 && request.response
          ? resolve(request.response as Answer)
          : reject(problem(request.status, request.response));
      request.onerror = () => reject(new ServiceError(TEXT.unreachable));
      request.ontimeout = () => reject(new ServiceError(TEXT.timeout));
      request.onabort = () => reject(new Stopped());
      signal.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }

  private keys(token: string | null | undefined): Record<string, string> {
    const access = this.access();
    // A header, never a cookie: on another site a browser would not send one.
    return { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(access ? { "X-Choriste-Acces": access } : {}) };
  }
}

/** A problem document (RFC 9457) as an error. */
function problem(status: number, answer: unknown): ServiceError {
  const { detail, request_id: id, code } = (answer ?? {}) as { detail?: unknown; request_id?: unknown; code?: unknown };
  const said = typeof detail === "string" && detail ? detail : TEXT.failed;
  // A detail that already holds a reference for the help-desk needs no second one.
  return new ServiceError(said, status, status >= 500 && typeof id === "string" && !/référence/i.test(said) ? id : null, String(code ?? ""));
}
