// Search by label, operation, name or module: a list of results, and a walk through them.

const MOST_RESULTS = 60; // in the list; the walk goes through all

/** Return the values that a text finds: best matches first, then in the order of the graph. */
function found(graph, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const matches = [];
  for (let value = 0; value < graph.size; value++) {
    const rank = matchRank(graph, value, wanted);
    if (rank) matches.push([rank, value]);
  }
  return matches.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, value]) => value);
}

/** Return how well a value matches: 1 its whole name, 2 a beginning, 3 a part, 4 a module; else 0. */
function matchRank(graph, value, wanted) {
  const operation = operationOf(graph, value);
  const texts = [
    graph.label[value],
    graph.name[value],
    operation ? operation.name : LEAF,
    operation?.symbol ?? "",
    operation?.within ?? "",
  ];
  const lower = texts.map((text) => text.toLowerCase());
  if (lower.includes(wanted)) return 1;
  if (lower.some((text) => text.startsWith(wanted))) return 2;
  if (lower.some((text) => text.includes(wanted))) return 3;
  return scopeOf(graph, value).join("/").toLowerCase().includes(wanted) ? 4 : 0;
}

/** Listen to the field and its buttons. */
function listenToSearch() {
  const field = byId("search");
  field.addEventListener("input", () => showResults(field.value));
  field.addEventListener("focus", () => showResults(field.value));
  field.addEventListener("keydown", (event) => {
    const action = {
      ArrowDown: () => goToResult(1),
      ArrowUp: () => goToResult(-1),
      Escape: leaveSearch,
    }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    goToResult(1);
  });
  byId("next").addEventListener("click", () => goToResult(1));
  byId("previous").addEventListener("click", () => goToResult(-1));
  byId("results").addEventListener("click", (event) => {
    const item = event.target.closest("[data-place]");
    if (item) goToResult(Number(item.dataset.place) - page.resultAt);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!byId("search-form").contains(event.target)) showList(false);
  });
}

/** Find a text and list the results. */
function showResults(query) {
  page.results = found(page.graph, query);
  page.resultAt = -1;
  const shown = page.results.slice(0, MOST_RESULTS).map(resultItem);
  const rest = page.results.length - shown.length;
  if (rest > 0)
    shown.push(element("li", { class: "rest", role: "presentation" }, moreLine(rest, "result")));
  byId("results").replaceChildren(...shown);
  showList(shown.length > 0);
  setAttribute(byId("search"), "aria-activedescendant", null);
  showCount(query);
  markFound();
}

/** Show or hide the list of results. */
function showList(isShown) {
  byId("results").hidden = !isShown;
  setAttribute(byId("search"), "aria-expanded", String(isShown));
}

/** Return the line of a result. */
function resultItem(value, place) {
  const { graph } = page;
  const made = formulaOf(graph, value) || LEAF;
  const scope = scopeOf(graph, value).join(" / ");
  return element(
    "li",
    { role: "option", id: `result-${place}`, "data-place": place, "aria-selected": "false" },
    element("b", {}, graph.name[value]),
    element("span", {}, made),
    element("small", {}, scope),
  );
}

/** Say how many results there are and which one is shown. */
function showCount(query) {
  const count = page.results.length;
  setText(byId("found"), query.trim() ? placeAmong(page.resultAt + 1, count) : "");
  byId("next").disabled = byId("previous").disabled = !count;
}

/** Go some results on or back: its box is opened up, brought into the middle and selected. */
function goToResult(count) {
  if (!page.results.length) return;
  const last = page.results.length;
  page.resultAt = page.resultAt < 0 && count < 0 ? last - 1 : (page.resultAt + count + last) % last;
  showValue(page.results[page.resultAt], { takeFocus: false });
  for (const item of byId("results").children) {
    const isShown = item.dataset.place === String(page.resultAt);
    setAttribute(item, "aria-selected", String(isShown));
    if (isShown) item.scrollIntoView({ block: "nearest" });
  }
  setAttribute(byId("search"), "aria-activedescendant", `result-${page.resultAt}`);
  showCount(byId("search").value);
  if (isNarrow()) showList(false); // with the panel open, it would cover all of the stage
}

/** Open up whatever hides a value, bring it into the middle and select it. */
function showValue(value, { takeFocus = true } = {}) {
  const index = reveal(value);
  page.focused = page.boxes[index].key;
  centreOn(page.places[index]);
  select([value]);
  if (takeFocus) focusBox(page.focused);
  else restoreTabStop();
}

/** Mark the boxes that hold something found. */
function markFound() {
  const hits = new Set(page.results);
  page.boxes.forEach((box, index) =>
    markBox(index, "found", hits.size > 0 && box.members.some((value) => hits.has(value))),
  );
}

/** Close the list, and clear the field when it is closed already. */
function leaveSearch() {
  if (byId("results").hidden) {
    byId("search").value = "";
    showResults("");
    focusBox(page.focused);
  }
  showList(false);
}
