/* SPDX-License-Identifier: Apache-2.0 */
/* The details on the right (below, on a phone) of what is selected. */

const section = (title, ...children) => {
  const content = present(children);
  return content.length > 0 && element("section", {}, element("h3", {}, title), content);
};

const paragraphs = (text) => text && element("p", { class: "description" }, text);

/* [[term, description]] without what is empty. */
const facts = (rows) => {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return known.length > 0 && element("dl", { class: "facts" },
    known.map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));
};

const runMark = (run) => run && element("p", { class: "run" }, stateMark(run), " ", outcomeText(run));

const makeDetails = (model, onselect) => {
  const place = byId("details");
  let shown = "";

  const link = (selection, shapeName, name, note = "") =>
    element("li", {}, element("button", { type: "button", class: "link", onclick: () => onselect(selection) },
      shape(shapeName), namePlate(name, note)));
  const links = (children) => children.length > 0 && element("ul", { class: "links" }, children);
  const tableLink = (index) => link({ kind: "table", index }, model.tables[index].kind, model.tables[index].name);
  const stepLink = (index) => link({ kind: "step", index }, model.steps[index].kind, model.steps[index].name,
    whatText(model.steps[index]));
  const columnLink = (pair) => link({ kind: "table", index: pair[0], column: pair[1] }, "column", columnName(model, pair));

  const heading = (shapeName, name, ...under) => element("header", {},
    element("div", { class: "heading" }, shape(shapeName), element("h2", { tabindex: -1 }, breakable(name)),
      element("button", { type: "button", class: "close", "aria-label": "Close the details", onclick: () => onselect(null) }, "✕")),
    under);
  const under = (...parts) => element("p", { class: "faint" }, parts.filter(Boolean).join(" · "));

  const columnItem = (table, index, selected) => {
    const column = model.tables[table].columns[index];
    const isSelected = index === selected;
    const path = isSelected && columnPath(model, table, index);
    return element("li", {},
      element("button", {
        type: "button", class: "column", "aria-expanded": String(isSelected),
        onclick: () => onselect({ kind: "table", index: table, column: isSelected ? undefined : index }),
      }, element("span", { class: "column-name" }, column.name),
      element("span", { class: "column-type" }, column.type ?? "type not known")),
      isSelected && element("div", { class: "path" },
        path.from.length > 0 && [element("h4", {}, "Made from"), links(path.from.map(columnLink))],
        column.is_unknown && element("p", { class: "unknown" }, "It may be made from more than is known."),
        path.from.length === 0 && !column.is_unknown && element("p", { class: "faint" }, "Made from no other column."),
        path.to.length > 0 ? [element("h4", {}, "Goes into"), links(path.to.map(columnLink))]
          : element("p", { class: "faint" }, "Goes into no other column.")));
  };
  const columns = (index, selected) => {
    const table = model.tables[index];
    return [
      section("Columns", table.columns.length > 0 && element("ul", { class: "table-columns" },
        table.columns.map((_, at) => columnItem(index, at, selected)))),
      section("Not known", table.unknown.map((text) => element("p", { class: "unknown" }, text))),
    ];
  };
  const lineage = (index) => {
    const table = model.tables[index];
    return [
      section("Made from", links(table.inputs.map(tableLink))),
      section("Goes into", links(table.outputs.map(tableLink))),
      section("Rows decided by", links(table.conditions.map(columnLink))),
    ];
  };
  const code = (query) => query && section("SQL",
    element("pre", { tabindex: 0, "aria-label": "SQL" }, element("code", {}, highlighted(query))));
  const options = (list) => facts(list.map(({ name, value }) => [name, valueText(value)]));
  const message = (run) => run?.message && element("p", { class: "unknown" }, run.message);

  const showStep = (step, columnIndex) => {
    const { run } = step;
    const pipeline = model.pipelines[step.pipeline];
    return [
      heading(step.kind, step.name, under(whatText(step), pipeline.name, `${step.file}:${step.line}`), runMark(run), message(run)),
      paragraphs(step.description),
      step.table !== null && columns(step.table, columnIndex),
      code(step.query),
      section("Options", facts([["connection", step.connection], ["tags", step.tags.join(", ")]]), options(step.options)),
      step.table !== null ? lineage(step.table) : section("Reads", links(step.reads.map(tableLink))),
    ];
  };
  const showTable = (index, columnIndex) => {
    const table = model.tables[index];
    const name = table.pipeline === null ? "made by no pipeline" : model.pipelines[table.pipeline].name;
    return [
      heading(table.kind, table.name, under(table.kind, name)),
      paragraphs(table.description),
      columns(index, columnIndex),
      lineage(index),
      section("Steps that make it", links(table.steps.map(stepLink))),
      section("Steps that read it", links(table.readers.map(stepLink))),
    ];
  };

  const timed = (pipeline) => {
    const steps = ofPipeline(model, pipeline).filter((index) => model.steps[index].run?.duration_us > 0);
    const longest = Math.max(...steps.map((index) => model.steps[index].run.duration_us));
    return steps.length > 0 && element("ul", { class: "links" }, steps.map((index) => {
      const { run } = model.steps[index];
      const item = link({ kind: "step", index }, model.steps[index].kind, model.steps[index].name, durationText(run.duration_us));
      const bar = element("span", { class: `bar-of state-${run.status}` });
      bar.style.width = `${Math.max(1, (100 * run.duration_us) / longest)}%`;
      item.firstChild.append(bar);
      return item;
    }));
  };
  const runFacts = ({ run }) => run && [
    element("p", { class: "run" }, stateMark({ status: run.outcome }), ` ${run.outcome}, ${durationText(run.duration_us)}`),
    facts([["started", timeText(run.started_at)], ["id", run.id]])];
  const showPipeline = (index) => {
    const pipeline = model.pipelines[index];
    return [
      heading("pipeline", pipeline.name, under(pipeline.path)),
      paragraphs(pipeline.description),
      section("Last run", runFacts(pipeline), timed(index)) || section("Last run", element("p", { class: "faint" }, "It has not run yet.")),
      section("Variables", facts(pipeline.variables.map((variable) =>
        [variable.name, `${variable.value}  (${variable.from})`]))),
      section("Includes", pipeline.includes.map((file) => element("p", {}, file))),
    ];
  };

  const pipelineLink = (pipeline, index) => link({ kind: "pipeline", index }, "pipeline", pipeline.name,
    pipeline.run ? `${pipeline.run.outcome}, ${timeText(pipeline.run.started_at)}` : "not run yet");
  const profileFacts = (profile) => section(`Profile ${profile.name}`,
    profile.problem && element("p", { class: "unknown" }, profile.problem),
    profile.problem === null && facts([["file", profile.path], ["engine", profile.engine],
      ["database", profile.database ?? "in memory"], ["used here", profile.is_used ? "yes" : null],
      ...profile.variables.map(({ name, value }) => [name, valueText(value)]),
      ...profile.connections.map(({ name, connector }) => [name, connector])]));
  const kindsShown = () => {
    const kinds = [...new Set(model.steps.map((step) => step.kind))];
    return element("ul", { class: "legend" }, kinds.map((kind) => element("li", {}, shape(kind), kind)));
  };
  const showProject = () => [
    element("header", {}, element("h2", { tabindex: -1 }, model.project),
      under(counted(model.pipelines.length, "pipeline"), counted(model.steps.length, "step"),
        counted(tableEntries(model).length, "table"))),
    section("Pipelines", links(model.pipelines.map(pipelineLink))),
    section("Kinds of steps", kindsShown()),
    section("Connectors", facts(model.connectors.map(({ name, summary }) => [name, summary]))),
    model.profiles.map(profileFacts),
  ];

  /* A table that one step makes is shown as that step, a column with it. */
  const show = (selection) => {
    const isTable = selection?.kind === "table";
    const only = isTable && model.tables[selection.index].steps.length === 1
      ? model.steps[model.tables[selection.index].steps[0]] : null;
    const content = !selection ? showProject()
      : selection.kind === "pipeline" ? showPipeline(selection.index)
        : isTable && !(only && only.table === selection.index) ? showTable(selection.index, selection.column)
          : showStep(only ?? model.steps[selection.index], selection.column);
    const subject = content[0].textContent;
    const scrolled = subject === shown ? place.scrollTop : 0;
    shown = subject;
    place.replaceChildren(...present(content));
    place.classList.toggle("is-open", selection !== null);
    place.scrollTop = scrolled;
    place.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: "nearest" });
  };
  return { show, focus: () => place.querySelector("h2")?.focus() };
};
