/* Small help for the other parts. */

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

/** A stream of events that is open only while the page is seen: browsers allow few connections to one host. */
export function stream(address, handlers) {
  let source = null;
  let stopped = false;
  const open = () => {
    source = new EventSource(address());
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse(event.data), stop));
    }
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const follow = () => {
    if (document.hidden) close();
    else if (!source) {
      open();
      handlers.again?.();
    }
  };
  const stop = () => {
    stopped = true;
    close();
  };
  document.addEventListener("visibilitychange", () => {
    if (!stopped) follow();
  });
  addEventListener("pagehide", close);
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
