/* Light or dark, as the person chose on this device; printing. Before the page is drawn, so that it does not blink. */
(() => {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const remember = (theme) => {
    try {
      localStorage.setItem("choriste:theme", theme);
    } catch {
      // The choice then lasts as long as the page.
    }
  };
  try {
    const kept = localStorage.getItem("choriste:theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch {
    // As the system says.
  }
  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-button]")) {
      const name = () => (button.textContent = dark() ? "Thème clair" : "Thème sombre");
      name();
      button.hidden = false;
      button.addEventListener("click", () => {
        root.dataset.theme = dark() ? "light" : "dark";
        remember(root.dataset.theme);
        name();
      });
    }
    for (const button of document.querySelectorAll("[data-print-button]")) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
  });
})();
