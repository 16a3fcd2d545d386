// The page as a whole: light and dark, numbers of the head, tables and drawings in their places.
function chooseTheme() {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const told = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    document.dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    told();
  });
  system.addEventListener("change", told);
  told();
}

for (const one of document.querySelectorAll("header data")) {
  const value = Number(one.value);
  if (one.value !== "" && !Number.isNaN(value)) one.textContent = readable(valued(value), 5);
}
chooseTheme();
placeTables();
for (const place of document.querySelectorAll("[data-drawing]")) ({ flows: drawFlows, line: drawLine })[place.dataset.drawing](place);
