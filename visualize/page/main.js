// The start of the page, its state, and the small object through which tests look at it.

const page = stateOf(decodedGraph(JSON.parse(byId("graph-data").textContent)));

/**
 * Return what the page is at its beginning.
 *
 * `redraw` adds the picture: boxes, edges, `of` (the box of each value), places, routes, clusters,
 * width and height, and the elements that show them.
 */
function stateOf(graph) {
  const view = firstView(graph);
  return {
    graph, // values, operands, numbers: the columns of data.py
    outputs: new Set(graph.outputs),
    runningColumns: runningColumns(graph), // the room that each box needs while the player runs

    view, // which clusters are closed and which sums folded
    grouping: view.grouping, // the clusters that levels open and close
    direction: document.documentElement.dataset.direction,

    shown: RECORDED, // the numbers on the boxes
    largest: 0, // size of the gradient that has the darkest colour
    derivatives: true, // whether they are written at lines

    selection: null, // the values whose paths are lit
    told: "", // the values that the panel is about
    focused: "", // the key of the box with the tab stop
    results: [], // values that were searched for
    resultAt: -1, // the one that was gone to

    steps: stepsOf(graph), // of the player
    step: null, // the one that is shown, null for the recorded numbers
    flow: { boxes: [], edges: [] }, // marked in this step
  };
}

/** Draw the graph and listen to the reader. */
function start() {
  byId("legend")?.toggleAttribute("open", !isNarrow());
  listenToPointers();
  listenToSearch();
  listenToPanel();
  listenToKeys();
  listenToTheme();
  listenToButtons();
  preparePlayer();
  page.largest = page.shown.largest();
  begin();
  new ResizeObserver(stageChanged).observe(byId("stage"));
}

/** Listen to the buttons of the toolbar. */
function listenToButtons() {
  const actions = {
    fit,
    "show-all": fit,
    "zoom-in": () => zoomBy(ZOOM_BY),
    "zoom-out": () => zoomBy(1 / ZOOM_BY),
    less: () => showDetail(currentLevel() - 1),
    more: () => showDetail(currentLevel() + 1),
    everything: () => showDetail(Infinity),
    turn: turnLayout,
    "show-help": () => byId("help").showModal(),
    "close-help": () => byId("help").close(),
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  byId("derivatives").addEventListener("click", () => {
    page.derivatives = !page.derivatives;
    setAttribute(byId("derivatives"), "aria-pressed", String(page.derivatives));
    drawMarks();
  });
}

start();

// For tests and for the console of a curious reader.
window.graphPage = {
  graph: page.graph,
  state: () => ({
    step: page.step,
    steps: page.steps.length,
    boxes: page.boxes.length,
    lines: page.edges.length,
    closed: [...page.view.closed],
    folded: [...page.view.folded],
    selection: page.selection,
    focused: page.focused,
    camera: { x: camera.x, y: camera.y, scale: camera.scale },
    results: page.results,
    isPlaying: player.isPlaying,
    isResting: !camera.isPending && !camera.isGliding && !marksTimer && !hoverTimer,
  }),
  goTo: (step) => stepTo(step),
  phases: () => page.steps.map(({ phase }) => phase),
  dataShown: (value) => page.shown.data(value),
  gradientShown: (value) => page.shown.gradient(value),
  boxOf: (value) => page.of[value],
  show: (value) => showValue(value),
  showFirstView: () => {
    page.view = firstView(page.graph);
    page.direction = document.documentElement.dataset.direction;
    redraw();
    fit();
    showLevel();
  },
  search: (query) => found(page.graph, query),
  significant,
  exact,
};
