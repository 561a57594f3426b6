// The start of the page, and the small object through which tests look at it.

const page = {
  graph: decodedGraph(JSON.parse(byId("graph-data").textContent)),
  direction: document.documentElement.dataset.direction,
  selection: null, // value numbers, or null
  focused: "", // the key of the box with the tab stop
  results: [],
  resultAt: -1,
  step: null, // of the player; null shows the recorded numbers
  shown: RECORDED,
  flow: { boxes: [], edges: [] },
  told: "",
  derivatives: true,
};

/** Draw the graph and listen to the reader. */
function start() {
  const { graph } = page;
  page.outputs = new Set(graph.outputs);
  page.largest = largestSize(graph.gradient);
  page.runningColumns = runningColumns(graph);
  page.view = firstView(graph);
  page.grouping = page.view.grouping;
  byId("legend")?.toggleAttribute("open", !isNarrow());
  listenToPointers();
  listenToSearch();
  listenToPanel();
  listenToKeys();
  listenToTheme();
  listenToButtons();
  preparePlayer();
  chooseView();
  redraw();
  showLevel();
  begin();
  new ResizeObserver(stageChanged).observe(byId("stage"));
}

/** Listen to the buttons of the toolbar. */
function listenToButtons() {
  const actions = {
    fit,
    "show-all": fit,
    "zoom-in": () => zoomBy(1.25),
    "zoom-out": () => zoomBy(0.8),
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
  filledRule,
};
