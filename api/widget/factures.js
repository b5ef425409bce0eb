// The page that checks an invoice: dropping a file, and saying that the check runs. Without it the form works as it is.

const form = document.querySelector("[data-verifier]");
const zone = form?.querySelector("[data-drop]");
const input = zone?.querySelector("input[type=file]");
const hint = zone?.querySelector("[data-drop-hint]");
const status = form?.querySelector("[data-status]");

if (form && zone && input) {
  hint.hidden = false;
  // A file dropped beside the frame must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    if (files.length > 1) {
      status.textContent = "Donnez un seul fichier. Pour plusieurs factures, faites un lot (zip ou tar.gz).";
      return;
    }
    input.files = files;
    status.textContent = `Fichier choisi : ${files[0].name}`;
  });
  form.addEventListener("submit", () => {
    form.querySelector("button").disabled = true;
    status.textContent = "Vérification en cours…";
  });
  // Coming back in the browser shows the page as it was left.
  window.addEventListener("pageshow", () => {
    form.querySelector("button").disabled = false;
    status.textContent = "";
  });
}
