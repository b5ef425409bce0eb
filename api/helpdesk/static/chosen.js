/* The ticked rows of a list: how many, all at once, and only the choice that the wanted gesture needs. */

export function countChosen() {
  const form = document.getElementById("lot");
  const told = document.querySelector("[data-coches]");
  if (!form || !told) return;
  const gestures = document.querySelector("[data-gestes]");
  const wanted = form.elements.geste;
  const boxes = () => [...form.querySelectorAll('input[name="choix"]')];
  const all = () => form.querySelector("[data-toutes]");

  const count = () => {
    const rows = boxes();
    const number = rows.filter((box) => box.checked).length;
    gestures.hidden = rows.length === 0;
    // In sight while something is ticked, however long the list is.
    gestures.toggleAttribute("data-actif", number > 0);
    told.textContent = number ? `${number} cochée${number > 1 ? "s" : ""}` : "";
    const header = all();
    if (!header) return;
    header.hidden = false;
    header.checked = number > 0 && number === rows.length;
    header.indeterminate = number > 0 && number < rows.length;
  };
  const show = () => {
    for (const field of form.querySelectorAll("[data-pour]")) field.hidden = field.dataset.pour !== wanted.value;
  };
  form.addEventListener("change", (event) => {
    if (event.target === all()) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target === wanted) show();
    count();
  });
  document.addEventListener("liste", count);
  // A page that comes back has its boxes as they were left.
  addEventListener("pageshow", () => {
    show();
    count();
  });
}
