/*
 * The secret of a follow-up link comes after « # »: it is sent in the page's form, never in an address, and leaves the address bar
 * at once. Without JavaScript the person pastes the link instead.
 */
const secret = location.hash.slice(1);
if (/^[\w-]{20,100}$/.test(secret)) {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.querySelector("form[data-open]");
  if (form) {
    form.elements.lien.value = secret;
    form.submit();
  }
}
