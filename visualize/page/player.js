// The player: play, step and scrub; boxes show the numbers of the step, lines the shares.

const STEP_TIME = 1400; // milliseconds at speed 1
const LONGEST_PLAY = 90000; // milliseconds for all steps at speed 1, however many

const player = { timer: 0, isPlaying: false };

/** Make the steps and set the controls up. */
function preparePlayer() {
  page.progress = new Progress(page.graph, page.steps);
  page.playerNumbers = {
    data: (value) => page.progress.data(value),
    gradient: (value) => page.progress.gradientSoFar(value),
    line: (gradient) =>
      page.steps[page.step].phase === "end" ? gradient.short : runningLine(gradient),
    largest: () => largestSize(
        page.graph.swept.map((total) => gradientOf(total !== null, total ?? 0, false)),
      ),
  };
  const slider = byId("slider");
  slider.max = page.steps.length - 1;
  slider.value = slider.max;
  const seed = page.steps.findIndex(({ phase }) => phase === "seed");
  const split = seed < 0 ? 100 : (100 * seed) / Math.max(1, page.steps.length - 1);
  byId("player").style.setProperty("--split", `${split}%`);
  slider.addEventListener("input", () => {
    stepTo(Number(slider.value));
  });
  const actions = {
    play: togglePlay,
    "step-back": () => stepBy(-1),
    "step-on": () => stepBy(1),
    "to-start": () => stepTo(0),
    "to-end": () => stepTo(page.steps.length - 1),
    leave: leavePlayer,
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  showStep();
}

/** Show the graph as it is at a step; null shows the recorded numbers. */
function goTo(step) {
  const before = page.step;
  page.step = step;
  if (step !== null) page.progress.goTo(Math.min(Math.max(0, step), page.steps.length - 1));
  if (step === null || before === null) {
    showNumbers(step === null ? RECORDED : page.playerNumbers);
    rememberShown();
  } else {
    paintChanged();
  }
  markStep();
  showStep();
}

/** Note which numbers are shown, to find the changes of the next step. */
function rememberShown() {
  const { known, totals, step } = page.progress;
  page.painted = {
    known: known.slice(),
    totals: totals.slice(),
    isEnd: page.steps[Math.max(0, step)].phase === "end",
  };
}

/** Write on those boxes again whose values have changed. */
function paintChanged() {
  const { known, totals, step } = page.progress;
  const isEnd = page.steps[step].phase === "end";
  if (isEnd !== page.painted.isEnd)
    paintAll(); // pending gradients become unreached
  else {
    const changed = new Set();
    for (let value = 0; value < known.length; value++) {
      if (
        known[value] !== page.painted.known[value] ||
        !Object.is(totals[value], page.painted.totals[value])
      ) {
        changed.add(page.of[value]);
      }
    }
    for (const index of changed) {
      paint(index);
      for (const copy of page.copies.get(index) ?? []) paint(copy);
    }
  }
  rememberShown();
}

/** Go one step on or back, and stop playing. */
function stepBy(count) {
  stepTo(page.step === null ? (count > 0 ? 0 : page.steps.length - 2) : page.step + count);
}

/** Go to a step by hand, as far as there is one, and stop playing. */
function stepTo(step) {
  pause();
  const isFirst = page.step === null;
  goTo(Math.min(Math.max(0, step), page.steps.length - 1));
  followStep(isFirst);
}

/** Leave the player: boxes show the recorded numbers again. */
function leavePlayer() {
  pause();
  goTo(null);
  byId("slider").value = byId("slider").max;
}

/** Play or pause. */
function togglePlay() {
  if (player.isPlaying) return pause();
  player.isPlaying = true;
  const isFirst = page.step === null;
  if (isFirst || page.step >= page.steps.length - 1) goTo(0);
  followStep(isFirst);
  showStep();
  player.timer = setTimeout(playOn, stepTime());
}

/** Do the next step and wait for the one after it. */
function playOn() {
  if (page.step >= page.steps.length - 1) return pause();
  goTo(page.step + 1);
  followStep();
  player.timer = setTimeout(playOn, stepTime());
}

/** Stop playing. */
function pause() {
  clearTimeout(player.timer);
  player.isPlaying = false;
  showStep();
}

/** Return how long a step is shown. */
function stepTime() {
  const whole = Math.min(STEP_TIME, LONGEST_PLAY / page.steps.length);
  return whole / Number(byId("speed").value);
}

/** Bring the box of the step into sight; near enough to be read, when the player begins. */
function followStep(isFirst = false) {
  const { value } = page.steps[page.step];
  const place = page.places[page.of[value < 0 ? 0 : value]];
  const isFar = isFirst && camera.scale < LEVELS[1][0];
  if (isFar) centreOn(place, { leastZoom: COMFORTABLE });
  else if (value >= 0) centreOn(place, { onlyIfHidden: true, leastZoom: 0 });
}

/** Write the caption, the counter and the slider of the step. */
function showStep() {
  const { step, steps } = page;
  byId("player").dataset.state = step === null ? "recorded" : steps[step].phase;
  const [head, sentence] = step === null ? recordedCaption() : captionOf(page.progress);
  setText(byId("caption-head"), head);
  setText(byId("caption"), sentence);
  const last = steps.length - 1;
  setText(byId("counter"), step === null ? `${counted(last, "step")}` : `${step} / ${last}`);
  if (step !== null) byId("slider").value = step;
  setAttribute(
    byId("slider"),
    "aria-valuetext",
    stepLine(step ?? -1, last, head),
  );
  setAttribute(byId("caption-line"), "aria-live", player.isPlaying ? "off" : "polite");
  setAttribute(byId("play"), "aria-label", player.isPlaying ? PAUSE : PLAY);
  byId("play").dataset.playing = String(player.isPlaying);
  byId("leave").hidden = step === null;
}

/** Return the caption while the recorded numbers are shown. */
function recordedCaption() {
  const isStale = !page.graph.visits.length;
  return [isStale ? STALE : BACKPROPAGATION, waitingCaption(isStale)];
}
