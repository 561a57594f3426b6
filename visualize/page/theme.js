// Light and dark: as the system has it, or as the button says; and the picture as it is printed.

/** Listen to the button, and to printing. */
function listenToTheme() {
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  });
  addEventListener("beforeprint", fitForPrint);
  addEventListener("afterprint", () => {
    byId("stage").removeAttribute("viewBox");
    applyLevel();
    applyCamera();
  });
}

/** Say whether the page is dark now. */
function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Show the whole picture on the sheet, whatever its size. */
function fitForPrint() {
  setAttribute(byId("stage"), "viewBox", `-8 -8 ${page.width + 16} ${page.height + 16}`);
  setAttribute(byId("stage"), "data-level", "near");
  byId("world").style.transform = "none";
  restoreCulled();
}
