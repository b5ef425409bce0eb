/* How many boxes are ticked. */

export function countChosen() {
  const form = document.getElementById("lot");
  const told = document.querySelector("[data-coches]");
  if (!form || !told) return;
  const count = () => {
    const number = form.querySelectorAll('input[name="choix"]:checked').length;
    document.querySelector("[data-gestes]").hidden = !form.querySelector('input[name="choix"]');
    told.textContent = number ? `${number} cochée${number > 1 ? "s" : ""}` : "";
  };
  form.addEventListener("change", count);
  document.addEventListener("liste", count);
  count();
}
