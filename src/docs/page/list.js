/* SPDX-License-Identifier: Apache-2.0 */
/* The list on the left: pipelines with their steps, or tables; while searching, what was found. */

const FOUND_MOST = 200;

const entryFor = (shapeName, name, note, selection, run) => ({
  shape: shapeName,
  name,
  note,
  selection,
  run,
  text: name.toLowerCase(),
});

const pipelineEntries = (model) =>
  model.pipelines.flatMap((pipeline, index) => [
    {
      ...entryFor("pipeline", pipeline.name, "", { kind: "pipeline", index }),
      isHead: true,
      run: pipeline.run && { status: pipeline.run.outcome },
    },
    ...ofPipeline(model, index).map((step) => stepEntry(model, step)),
  ]);

const stepEntry = (model, index) => {
  const step = model.steps[index];
  return entryFor(step.kind, step.name, whatText(step), { kind: "step", index }, step.run);
};

const LISTED_TABLES = new Set(["source", "table", "view", "outside"]);

const tableEntries = (model) =>
  model.tables
    .map((table, index) =>
      entryFor(table.kind, table.name, counted(table.columns.length, "column"), {
        kind: "table",
        index,
      }),
    )
    .filter((entry) => LISTED_TABLES.has(entry.shape))
    .sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)));

const columnEntries = (model) =>
  model.tables.flatMap((table, index) =>
    table.columns.map((column, at) =>
      entryFor("column", column.name, `${table.name} · ${column.type ?? "type not known"}`, {
        kind: "table",
        index,
        column: at,
      }),
    ),
  );

/* What a search looks at besides names: descriptions, files, tags, connectors. */
const withMore = (model, entry) => {
  const { kind, index } = entry.selection;
  const thing = { pipeline: model.pipelines, step: model.steps, table: model.tables }[kind][index];
  const more =
    entry.shape === "column"
      ? []
      : [
          thing.description,
          thing.file,
          thing.path,
          thing.id,
          thing.connector,
          ...(thing.tags ?? []),
        ];
  return { ...entry, more: more.filter(Boolean).join("\n").toLowerCase() };
};

const searchable = (model) =>
  [...pipelineEntries(model), ...tableEntries(model), ...columnEntries(model)].map((entry) =>
    withMore(model, entry),
  );

/* All words must be found; first what is called so, then what begins so, then the rest. */
const searchFor = (entries, query) => {
  const wanted = query.toLowerCase();
  const words = wanted.split(/\s+/).filter(Boolean);
  const rank = ({ text, more }) => {
    if (text === wanted) return 0;
    if (text.startsWith(wanted)) return 1;
    if (words.every((word) => text.includes(word))) return 2;
    return words.every((word) => text.includes(word) || more.includes(word)) ? 3 : 4;
  };
  return entries
    .map((entry, order) => ({ entry, order, rank: rank(entry) }))
    .filter((found) => found.rank < 4)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map((found) => found.entry);
};

const makeEntry = (entry, onselect) => {
  const button = element(
    "button",
    {
      type: "button",
      class: entry.isHead ? "entry entry-head" : "entry",
      tabindex: -1,
      onclick: () => onselect(entry.selection),
    },
    shape(entry.shape),
    namePlate(entry.name, entry.note),
    stateMark(entry.run),
    entry.run && element("span", { class: "unseen" }, statusText(entry.run.status)),
  );
  button.selection = entry.selection;
  return button;
};

const isSame = (one, other) =>
  one === other ||
  (one &&
    other &&
    one.kind === other.kind &&
    one.index === other.index &&
    one.column === other.column);

/* What an entry may have to stand for a selection: that, its table, a step that makes it. */
const standsFor = (model, { kind, index, column }) => [
  { kind, index, column },
  { kind, index },
  ...(kind === "table"
    ? model.tables[index].steps.map((step) => ({ kind: "step", index: step }))
    : []),
];

const makeList = (model, onselect) => {
  const search = byId("search");
  const all = searchable(model);
  const lists = { pipelines: pipelineEntries(model), tables: tableEntries(model) };
  let shown = "pipelines";
  let selected = null;

  const buttons = () => [...byId("entries").querySelectorAll("button")];

  const mark = () => {
    const list = buttons();
    const current =
      selected &&
      standsFor(model, selected)
        .map((wanted) => list.find((button) => isSame(button.selection, wanted)))
        .find(Boolean);
    for (const button of list) {
      button.tabIndex = button === (current ?? list[0]) ? 0 : -1;
      if (button === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    current?.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const query = search.value.trim();
    const found = query ? searchFor(all, query) : lists[shown];
    const cut = query ? found.slice(0, FOUND_MOST) : found;
    byId("entries").replaceChildren(
      ...cut.map((entry) => element("li", {}, makeEntry(entry, onselect))),
    );
    byId("found").textContent = query
      ? `${grouped(found.length)} found${found.length > cut.length ? `, ${FOUND_MOST} shown` : ""}`
      : "";
    for (const name of ["pipelines", "tables"])
      byId(`list-${name}`).setAttribute("aria-pressed", String(!query && name === shown));
    mark();
  };

  for (const name of ["pipelines", "tables"])
    byId(`list-${name}`).addEventListener("click", () => {
      shown = name;
      search.value = "";
      show();
    });
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      buttons()[0]?.focus();
    } else if (event.key === "Enter") {
      buttons()[0]?.click();
    } else if (event.key === "Escape" && search.value) {
      event.stopPropagation();
      search.value = "";
      show();
    }
  });
  makeRoving(byId("entries"), buttons);
  show();
  return {
    select: (selection) => {
      selected = selection;
      mark();
    },
  };
};
