/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the parts together: what is selected, the address, the theme and the keys. */

/* What a selection lights up in the graph, as graph.light takes it. */
const lightFor = (model, selection) => {
  if (!selection) return { steps: null };
  if (selection.kind === "pipeline") return { steps: new Set(ofPipeline(model, selection.index)) };
  if (selection.kind === "step")
    return { steps: stepPath(model, [selection.index]), selected: [selection.index] };
  const table = model.tables[selection.index];
  if (selection.column === undefined)
    return {
      steps: stepPath(model, table.steps.length > 0 ? table.steps : table.readers),
      selected: table.steps,
    };
  return lightForColumn(model, selection);
};

/* The steps on a column's path, each with the names of the columns that are on it. */
const lightForColumn = (model, { index, column }) => {
  const path = columnPath(model, index, column);
  const notes = new Map();
  for (const [t, c] of [[index, column], ...path.from, ...path.to])
    for (const step of model.tables[t].steps) {
      const names = notes.get(step) ?? [];
      notes.set(
        step,
        names.concat(
          names.includes(model.tables[t].columns[c].name) ? [] : model.tables[t].columns[c].name,
        ),
      );
    }
  return {
    steps: new Set(notes.keys()),
    selected: model.tables[index].steps,
    notes: new Map([...notes].map(([step, names]) => [step, names.join(", ")])),
  };
};

const traceText = (model, selection) => {
  if (selection?.kind !== "table" || selection.column === undefined) return "";
  const { from, to } = columnPath(model, selection.index, selection.column);
  const name = columnName(model, [selection.index, selection.column]);
  const [sources, targets] = [from, to].map((columns) => counted(columns.length, "column"));
  return `${name}: made from ${sources}, goes into ${targets}`;
};

/* Light or dark: the reader's choice, else the system's. Where nothing may be kept, the choice
 * holds as long as the page is open. */
const makeTheme = (onchange) => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem("sqlflow-theme");
    } catch {
      return null;
    }
  };
  let choice = kept();
  const isDark = () => (choice ? choice === "dark" : dark.matches);
  const apply = () => {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    byId("theme-button").setAttribute("aria-pressed", String(isDark()));
    onchange();
  };
  const toggle = () => {
    choice = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("sqlflow-theme", choice);
    } catch {
      /* Not kept, then. */
    }
    apply();
  };
  dark.addEventListener("change", apply);
  byId("theme-button").addEventListener("click", toggle);
  return { apply, toggle };
};

const makeDrawer = () => {
  const button = byId("list-button");
  const set = (isOpen) => {
    byId("list").classList.toggle("is-open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => set(!byId("list").classList.contains("is-open")));
  return { open: () => set(true), close: () => set(false) };
};

const pressKey = (actions, event) => {
  const isTyping = event.target.matches("input");
  const isModified = event.ctrlKey || event.metaKey || event.altKey;
  const action = actions[event.key];
  if (!action || isModified || byId("help").open || (isTyping && event.key !== "Escape")) return;
  event.preventDefault();
  action();
};

const lastRunText = (model) => {
  const runs = model.pipelines.map((pipeline) => pipeline.run).filter(Boolean);
  if (runs.length === 0) return "";
  const newest = runs
    .map((run) => run.started_at)
    .filter(Boolean)
    .sort()
    .at(-1);
  const failed = runs.filter((run) => run.outcome !== "ok").length;
  const all = counted(model.pipelines.length, "pipeline");
  return `Last run ${timeText(newest) ?? ""}: ${failed ? `${failed} of ${all} not ok` : "ok"}`;
};

/* Everything shows what is selected. */
const showSelection = (page) => {
  const { model, selection, graph } = page;
  const lit = lightFor(model, selection);
  page.details.show(selection);
  page.list.select(selection);
  lightGraph(graph, lit);
  byId("trace").textContent = traceText(model, selection);
  const target = lit.selected?.[0] ?? lit.steps?.values().next().value;
  if (target !== undefined) revealStep(graph, target);
};

const readAddress = (page) => {
  page.selection = selectionAt(page.model, location.hash.slice(1));
  showSelection(page);
};

/* `wanted` as selectionAt gives it; null: nothing. */
const select = (page, wanted) => {
  const address = wanted ? `#${addressOf(page.model, wanted)}` : "";
  page.selection = wanted;
  if (location.hash !== address) history.pushState(null, "", address || location.pathname);
  page.drawer.close();
  showSelection(page);
};

const keyActions = (page) => {
  const { view, nodes } = page.graph;
  return {
    "/": () => {
      page.drawer.open();
      byId("search").focus();
    },
    g: () => nodes.find((node) => node.tabIndex === 0)?.focus({ preventScroll: true }),
    d: page.details.focus,
    t: page.theme.toggle,
    "?": () => byId("help").showModal(),
    Escape: () => select(page, null),
    "+": () => view.zoomAt(ZOOM.step),
    "=": () => view.zoomAt(ZOOM.step),
    "-": () => view.zoomAt(1 / ZOOM.step),
    0: () => view.fit(),
  };
};

/* A window of another shape, as of a phone that is turned, gets another drawing. */
const fitWindow = (page) => {
  const { graph } = page;
  if (flowFor(graph.viewport) === graph.flow) return graph.map.draw();
  drawGraph(graph);
  return showSelection(page);
};

const start = () => {
  const model = readModel();
  const page = { model, selection: null };
  const onselect = (wanted) => select(page, wanted);
  document.title = `${model.project} · SQLFlow`;
  byId("project").textContent = model.project;
  byId("last-run").textContent = lastRunText(model);
  page.drawer = makeDrawer();
  page.graph = makeGraph(model, onselect);
  page.list = makeList(model, onselect);
  page.details = makeDetails(model, onselect);
  page.theme = makeTheme(() => drawMap(page.graph));
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  addEventListener("popstate", () => readAddress(page));
  addEventListener("resize", () => fitWindow(page));
  document.addEventListener("keydown", (event) => pressKey(keyActions(page), event));
  page.theme.apply();
  readAddress(page);
};

start();
