// The elements of boxes, of their toggles, and of the frames of open clusters.

const TOGGLE_ROOM = 12; // left of a heading
const OPEN_MARK = "M0,-4L6,0L0,4z"; // a triangle to the right: there is more inside
const CLOSE_MARK = "M-1,-3L7,-3L3,3z";

/** Return how a box is toggled: "open" a cluster, "unfold" or "fold" a sum; "" for others. */
function toggleOf(box) {
  if (box.kind === "cluster") return "open";
  if (box.kind === "sum") return "unfold";
  return box.copyOf < 0 && page.graph.sums.has(box.value) ? "fold" : "";
}

/** Return the heading of a box, and the mark at the right of it. */
function headingOf(box) {
  const { graph } = page;
  if (box.kind === "cluster") {
    return { heading: shortened(box.title, GROUP_COLUMNS), mark: times(box.members.length) };
  }
  const mark = box.copyOf >= 0 ? AGAIN : graph.mark[box.value];
  if (box.kind === "sum")
    return { heading: graph.heading[box.value], mark: times(box.members.length) };
  return { heading: graph.heading[box.value], mark };
}

/** Return the elements of a box. */
function drawnBox(box, index, [x, y, width, height]) {
  const group = svgElement(
    "g",
    {
      transform: `translate(${Math.round(x)},${Math.round(y)})`,
      role: "button",
      tabindex: -1,
      "data-box": index,
    },
    box.kind === "value"
      ? null
      : svgElement("rect", { class: "under", x: 4, y: 4, width, height, rx: BOX_CORNER }),
    svgElement("rect", { width, height, rx: BOX_CORNER }),
  );
  const isOutput = box.members.some((value) => page.outputs.has(value));
  const classes = `box ${box.kind}${isOutput ? " output" : ""}${box.copyOf >= 0 ? " copy" : ""}`;
  const drawn = { group, lines: null, classes, look: "", marks: new Set() };
  if (!isLarge()) writeOn(drawn, box, width);
  else setAttribute(group, "aria-label", headingOf(box).heading);
  return drawn;
}

/** Put the texts on a box; in a large picture, once it comes near. */
function writeOn(drawn, box, width) {
  const { heading, mark } = headingOf(box);
  const toggle = toggleOf(box);
  const left = PADDING + (toggle ? TOGGLE_ROOM : 0);
  const name = svgElement("text", { class: "heading", x: left, y: LINE }, heading);
  // Seen from far the heading stands alone, as large as the box lets it.
  name.style.setProperty(
    "--room",
    `${((width - 6) / (widthOf(textColumns(heading), 1))).toFixed(1)}px`,
  );
  name.style.setProperty("--to-centre", `${width / 2 - left}px`);
  drawn.lines = [2, 3].map((row) => svgElement("text", { x: PADDING, y: row * LINE }));
  drawn.group.append(name, ...drawn.lines);
  if (mark)
    drawn.group.append(
      svgElement(
        "text",
        { class: "mark", x: width - PADDING, y: LINE, "text-anchor": "end" },
        mark,
      ),
    );
  if (toggle) drawn.group.append(drawnToggle(toggle));
}

/** Put the texts on a box that has none yet. */
function writeBox(index) {
  if (page.drawn[index].lines) return;
  writeOn(page.drawn[index], page.boxes[index], page.places[index][2]);
  paint(index);
}

/** Return the triangle that opens a box, with more room around it than a finger needs. */
function drawnToggle(toggle) {
  const shape = toggle === "fold" ? CLOSE_MARK : OPEN_MARK;
  return svgElement(
    "g",
    { class: "toggle", transform: `translate(${PADDING},${LINE - 4})` },
    svgElement("rect", {
      x: -PADDING,
      y: -LINE + 4,
      width: TOGGLE_ROOM + PADDING,
      height: LINE + 6,
    }),
    svgElement("path", { d: shape }),
  );
}

/** Return the frame of an open cluster and its title, which closes it. */
function drawnFrame({ key, title, path, x, y, width, height }) {
  const place = { x: Math.round(x), y: Math.round(y) };
  const frame = svgElement("rect", {
    class: "frame",
    ...place,
    width: Math.round(width),
    height: Math.round(height),
    rx: FRAME_CORNER,
  });
  const shown = shortened(title, titleColumns(width - TOGGLE_ROOM, FONT_SIZE));
  const group = svgElement(
    "g",
    { class: "title", role: "button", tabindex: -1, "data-cluster": key, "aria-expanded": "true" },
    svgElement("title", {}, closingTitle(path.map(partTitle))),
    svgElement("rect", {
      x: place.x + 2,
      y: place.y + 2,
      width: TOGGLE_ROOM + 8 + widthOf(textColumns(shown), FONT_SIZE),
      height: 15,
      rx: 5,
    }),
    svgElement("path", { d: CLOSE_MARK, transform: `translate(${place.x + 8},${place.y + 10})` }),
    svgElement("text", { x: place.x + INSET + TOGGLE_ROOM, y: place.y + 13 }, shown),
  );
  return { frame, title: group };
}
