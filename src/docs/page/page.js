/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the parts together: what is selected, the address, the theme and the keys. */

/* What a selection lights up in the graph, as graph.light takes it. */
const lightFor = (model, selection) => {
  if (!selection) return { steps: null };
  if (selection.kind === "pipeline") return { steps: new Set(ofPipeline(model, selection.index)) };
  if (selection.kind === "step") return { steps: stepPath(model, [selection.index]), selected: [selection.index] };
  const table = model.tables[selection.index];
  if (selection.column === undefined)
    return { steps: stepPath(model, table.steps.length > 0 ? table.steps : table.readers), selected: table.steps };
  return lightForColumn(model, selection);
};

/* The steps on a column's path, each with the names of the columns that are on it. */
const lightForColumn = (model, { index, column }) => {
  const path = columnPath(model, index, column);
  const notes = new Map();
  for (const [t, c] of [[index, column], ...path.from, ...path.to])
    for (const step of model.tables[t].steps) {
      const names = notes.get(step) ?? [];
      notes.set(step, names.concat(names.includes(model.tables[t].columns[c].name) ? [] : model.tables[t].columns[c].name));
    }
  return {
    steps: new Set(notes.keys()), selected: model.tables[index].steps,
    notes: new Map([...notes].map(([step, names]) => [step, names.join(", ")])),
  };
};

const traceText = (model, selection) => {
  if (selection?.kind !== "table" || selection.column === undefined) return "";
  const { from, to } = columnPath(model, selection.index, selection.column);
  const name = columnName(model, [selection.index, selection.column]);
  return `${name}: made from ${counted(from.length, "column")}, goes into ${counted(to.length, "column")}`;
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

const listenToKeys = (actions) => {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input");
    const isModified = event.ctrlKey || event.metaKey || event.altKey;
    const action = actions[event.key];
    if (!action || isModified || byId("help").open || (isTyping && event.key !== "Escape")) return;
    event.preventDefault();
    action();
  });
};

const lastRunText = (model) => {
  const runs = model.pipelines.map((pipeline) => pipeline.run).filter(Boolean);
  if (runs.length === 0) return "";
  const newest = runs.map((run) => run.started_at).sort().at(-1);
  const failed = runs.filter((run) => run.outcome !== "ok").length;
  return `Last run ${timeText(newest)}: ${failed ? `${grouped(failed)} of ${counted(runs.length, "pipeline")} not ok` : "ok"}`;
};

const start = () => {
  const model = readModel();
  document.title = `${model.project} · SQLFlow`;
  byId("project").textContent = model.project;
  byId("last-run").textContent = lastRunText(model);

  const drawer = makeDrawer();
  let selection = null;
  const select = (wanted) => {
    selection = isSame(wanted, selection) ? selection : wanted;
    const address = selection ? `#${addressOf(model, selection)}` : "";
    if (decodeURI(location.hash) !== decodeURI(address)) history.pushState(null, "", address || location.pathname);
    drawer.close();
    show();
  };
  const show = () => {
    const lit = lightFor(model, selection);
    details.show(selection);
    list.select(selection);
    graph.light(lit);
    byId("trace").textContent = traceText(model, selection);
    const target = lit.selected?.[0] ?? (selection && [...(lit.steps ?? [])][0]);
    if (target !== undefined && target !== null) graph.reveal(target);
  };
  const graph = makeGraph(model, select);
  const list = makeList(model, select);
  const details = makeDetails(model, select);
  const theme = makeTheme(graph.repaint);
  const readAddress = () => {
    selection = selectionAt(model, location.hash.slice(1));
    show();
  };
  const search = () => {
    drawer.open();
    byId("search").focus();
  };
  const help = () => byId("help").showModal();
  byId("help-button").addEventListener("click", help);
  addEventListener("popstate", readAddress);
  addEventListener("resize", graph.redraw);
  listenToKeys({
    "/": search, g: graph.focus, d: details.focus, t: theme.toggle, "?": help, Escape: () => select(null),
    "+": () => graph.view.zoomAt(ZOOM.step), "=": () => graph.view.zoomAt(ZOOM.step),
    "-": () => graph.view.zoomAt(1 / ZOOM.step), 0: () => graph.view.fit(),
  });
  theme.apply();
  readAddress();
};

start();
