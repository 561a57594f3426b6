// The lines of a picture: an element for each, or bundles of many where there are thousands.

const BUNDLE = 240; // lines that share an element in a large picture

/** Say whether the picture is too large for an element per line, and for fading in and out. */
function isLarge() {
  return page.boxes.length > MANY_BOXES;
}

/** Draw all lines anew. */
function drawLines() {
  page.lines = new Array(page.edges.length).fill(null);
  page.bundles = [];
  page.litEdges = new Set();
  byId("lit").replaceChildren();
  if (isLarge()) {
    page.bundles = bundlesOf(
      page.edges.map((_, index) => index),
      "line",
    );
    byId("lines").replaceChildren(...page.bundles.map(({ drawn }) => drawn));
  } else {
    byId("lines").replaceChildren();
    page.edges.forEach((_, index) => lineElement(index));
  }
}

/** Return the element of one line; in a large picture it is made when it is needed. */
function lineElement(index) {
  if (!page.lines[index]) {
    page.lines[index] = drawnLine(page.routes[index], page.edges[index]);
    byId("lines").append(page.lines[index]);
  }
  return page.lines[index];
}

/** Return the line of an edge, thicker where it stands for many. */
function drawnLine(route, { count }) {
  const width = count > 1 ? lineWidth(count) : null;
  const line = svgElement("path", { class: "line", d: pathData(route), "stroke-width": width });
  if (count > 1) line.append(svgElement("title", {}, times(count)));
  return line;
}

/** Return elements for many lines, some hundred each, with the rectangles around them. */
function bundlesOf(indices, className) {
  const bundles = [];
  for (let first = 0; first < indices.length; first += BUNDLE) {
    const routes = indices.slice(first, first + BUNDLE).map((index) => page.routes[index]);
    bundles.push({
      drawn: svgElement("path", { class: className, d: routes.map(pathData).join("") }),
      extent: extentOf(routes.flat()),
    });
  }
  return bundles;
}

/** Light some lines, and faintly those below. */
function lightLines(lit, below) {
  page.litEdges = new Set(lit);
  if (isLarge()) {
    const bundles = [...bundlesOf(below, "line below"), ...bundlesOf(lit, "line lit")];
    byId("lit").replaceChildren(...bundles.map(({ drawn }) => drawn));
    return;
  }
  const isBelow = new Set(below);
  page.lines.forEach((line, index) => {
    line.classList.toggle("lit", page.litEdges.has(index));
    line.classList.toggle("below", isBelow.has(index));
  });
}
