/* A button with data-copy="<id of a text box>" copies what is in the box. Without JavaScript the button stays hidden. */
for (const button of document.querySelectorAll("button[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const told = document.getElementById(button.dataset.told);
  button.hidden = false;
  button.addEventListener("click", async () => {
    told.textContent = "";
    let done = true;
    try {
      await navigator.clipboard.writeText(box.value);
    } catch {
      // No clipboard outside https: the old way.
      box.select();
      done = document.execCommand("copy");
      button.focus();
    }
    told.textContent = done ? "Copié" : "La copie n'a pas marché. Sélectionnez le texte, puis copiez-le.";
  });
}
