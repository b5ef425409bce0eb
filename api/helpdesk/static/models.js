/* Reply models and drafts go into the box without a reload; what is already typed there stays above. */

function put(text, name) {
  const box = document.getElementById("texte");
  const told = document.querySelector("[data-modele-dit]");
  const kept = box.value.trim();
  box.value = kept ? `${box.value.trimEnd()}\n\n${text}` : text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  const gap = box.value.indexOf("[à compléter");
  if (gap >= 0) box.setSelectionRange(gap, box.value.indexOf("]", gap) + 1);
  else box.setSelectionRange(0, 0);
  if (told) told.textContent = name;
}

export function useModels() {
  const form = document.querySelector("[data-modeles]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = form.elements.modele.value;
    const model = form.querySelector(`template[data-modele="${CSS.escape(id)}"]`);
    put(model.content.textContent, "Modèle ajouté.");
  });
  for (const link of document.querySelectorAll("[data-utiliser]")) {
    link.addEventListener("click", (event) => {
      const draft = link.parentElement.querySelector("template[data-texte]");
      if (!draft || !document.getElementById("texte")) return;
      event.preventDefault();
      document.querySelector("[data-brouillon]").value = link.dataset.utiliser;
      put(draft.content.textContent, "Brouillon ajouté.");
    });
  }
}
