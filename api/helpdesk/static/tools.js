/* Small help for the other parts. */

const RETRY_MS = 2_000;
const RETRY_AT_MOST_MS = 10_000;

/** Send a form as the page's own forms do: with the session's token. Returns the response, or null when nobody answers. */
export async function post(path, fields = {}) {
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf, ...fields });
  try {
    return await fetch(path, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch {
    return null;
  }
}

/** Tell something to screen readers (and only to them). */
export function announce(text) {
  const region = document.querySelector("[data-annonce]");
  if (region) region.textContent = text;
}

/**
 * A stream of events that is open only while the page is seen: browsers allow few connections to one host. When it breaks it is opened
 * anew, at the address of that moment: left to itself the browser would ask the first address again, or give up after an error page.
 * `handlers.again` hears that something may have been missed.
 */
export function stream(address, handlers) {
  let source = null;
  let stopped = false;
  let retry = 0;
  let pause = RETRY_MS;
  const open = () => {
    source = new EventSource(address());
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse(event.data), stop));
    }
    source.addEventListener("open", () => {
      pause = RETRY_MS;
    });
    source.addEventListener("error", () => {
      close();
      retry = setTimeout(follow, pause);
      pause = Math.min(pause * 2, RETRY_AT_MOST_MS);
    });
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };
  const follow = () => {
    if (stopped) return;
    if (document.hidden) close();
    else if (!source) {
      clearTimeout(retry);
      open();
      source.addEventListener("open", () => handlers.again?.(), { once: true });
    }
  };
  const stop = () => {
    stopped = true;
    close();
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", close);
  // A page that comes back from the browser's memory.
  addEventListener("pageshow", (event) => {
    if (event.persisted) follow();
  });
  if (!document.hidden) open();
  return stop;
}

/** Fetch this very page again and put its parts marked `data-live` in the place of those shown. */
export async function refresh(...names) {
  let text;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!response.ok || response.redirected) return false;
    text = await response.text();
  } catch {
    return false;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const name of names) {
    const old = document.querySelector(`[data-live="${name}"]`);
    const next = fresh.querySelector(`[data-live="${name}"]`);
    if (old && next) old.replaceWith(document.adoptNode(next));
  }
  return true;
}
