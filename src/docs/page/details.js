/* SPDX-License-Identifier: Apache-2.0 */
/* The details on the right (below, on a phone) of what is selected. */

/* Where a column's values come from and go to, below it. */
const columnPaths = (page, table, index) => {
  const { from, to } = columnPath(page.model, table, index);
  const isUnknown = page.model.tables[table].columns[index].is_unknown;
  return element(
    "div",
    { class: "path" },
    from.length > 0 && [element("h4", {}, "Made from"), columnLinks(page, from)],
    isUnknown && warning("It may be made from more than is known."),
    from.length === 0 && !isUnknown && faint("Made from no other column."),
    to.length > 0 && [element("h4", {}, "Goes into"), columnLinks(page, to)],
    to.length === 0 && faint("Goes into no other column."),
  );
};

const columnItem = (page, table, index, isSelected) => {
  const column = page.model.tables[table].columns[index];
  const select = () =>
    page.select({ kind: "table", index: table, column: isSelected ? undefined : index });
  const button = element(
    "button",
    { type: "button", class: "column", "aria-expanded": String(isSelected), onclick: select },
    element("span", { class: "column-name" }, column.name),
    " ",
    element("span", { class: "column-type" }, column.type ?? "type not known"),
  );
  return element("li", {}, button, isSelected && columnPaths(page, table, index));
};

const columnSections = (page, table, selected) => {
  const { columns, unknown } = page.model.tables[table];
  const items = columns.map((_, index) => columnItem(page, table, index, index === selected));
  return [
    section("Columns", items.length > 0 && element("ul", { class: "table-columns" }, items)),
    section("Not known", unknown.map(warning)),
  ];
};

const lineageSections = (page, table) => {
  const { inputs, outputs, conditions } = page.model.tables[table];
  return [
    section("Made from", tableLinks(page, inputs)),
    section("Goes into", tableLinks(page, outputs)),
    section("Rows decided by", columnLinks(page, conditions)),
  ];
};

const sqlSection = (query) => {
  const code = query && element("code", {}, highlighted(query));
  return code && section("SQL", element("pre", { tabindex: 0, "aria-label": "SQL" }, code));
};

const optionSection = (step) =>
  section(
    "Options",
    facts([
      ["connection", step.connection],
      ["tags", step.tags.join(", ")],
      ...step.options.map(({ name, value }) => [name, valueText(value)]),
    ]),
  );

const description = (text) => text && element("p", { class: "description" }, text);

const stepDetails = (page, step, column) => {
  const { run, table } = step;
  const pipeline = page.model.pipelines[step.pipeline];
  const place = faint(whatText(step), pipeline.name, `${step.file}:${step.line}`);
  const outcome = run && [runLine(run.status, outcomeText(run)), warning(run.message)];
  return [
    heading(page, step.kind, step.name, place, outcome),
    description(step.description),
    table !== null && columnSections(page, table, column),
    sqlSection(step.query),
    optionSection(step),
    table !== null ? lineageSections(page, table) : section("Reads", tableLinks(page, step.reads)),
  ];
};

const tableDetails = (page, index, column) => {
  const table = page.model.tables[index];
  const maker =
    table.pipeline === null ? "made by no pipeline" : page.model.pipelines[table.pipeline].name;
  return [
    heading(page, table.kind, table.name, faint(table.kind, maker)),
    description(table.description),
    columnSections(page, index, column),
    lineageSections(page, index),
    section("Steps that make it", stepLinks(page, table.steps)),
    section("Steps that read it", stepLinks(page, table.readers)),
  ];
};

/* The steps of a pipeline with bars as long as they took. */
const durationBars = (page, pipeline) => {
  const took = (index) => page.model.steps[index].run?.duration_us ?? 0;
  const steps = ofPipeline(page.model, pipeline).filter((index) => took(index) > 0);
  const longest = Math.max(...steps.map(took));
  const item = (index) => {
    const bar = element("span", { class: `bar-of state-${page.model.steps[index].run.status}` });
    bar.style.width = `${Math.max(1, (100 * took(index)) / longest)}%`;
    const row = stepLink(page, index, durationText(took(index)));
    row.firstChild.append(bar);
    return row;
  };
  return links(steps.map(item));
};

const lastRun = (page, index) => {
  const { run } = page.model.pipelines[index];
  if (!run) return faint("It has not run yet.");
  const told = [run.outcome, durationText(run.duration_us)].filter(Boolean).join(", ");
  const rest = facts([
    ["started", timeText(run.started_at)],
    ["id", run.id],
  ]);
  return [runLine(run.outcome, told), rest, durationBars(page, index)];
};

const variableFacts = (variables) =>
  facts(
    variables.map(({ name, value, from }) => [
      name,
      [value, `(${from})`].filter(Boolean).join(" "),
    ]),
  );

const pipelineDetails = (page, index) => {
  const pipeline = page.model.pipelines[index];
  return [
    heading(page, "pipeline", pipeline.name, faint(pipeline.path)),
    description(pipeline.description),
    section("Last run", lastRun(page, index)),
    section("Variables", variableFacts(pipeline.variables)),
    section(
      "Includes",
      pipeline.includes.map((file) => element("p", {}, file)),
    ),
  ];
};

const profileSection = (profile) =>
  section(
    `Profile ${profile.name}`,
    warning(profile.problem),
    profile.problem === null &&
      facts([
        ["file", profile.path],
        ["engine", profile.engine],
        ["database", profile.database ?? "in memory"],
        ["used here", profile.is_used ? "yes" : null],
        ...profile.variables.map(({ name, value }) => [name, valueText(value)]),
        ...profile.connections.map(({ name, connector }) => [name, connector]),
      ]),
  );

const legend = (model) => {
  const kinds = [...new Set(model.steps.map((step) => step.kind))];
  const items = kinds.map((kind) => element("li", {}, shape(kind), kind));
  return items.length > 0 && element("ul", { class: "legend" }, items);
};

const projectDetails = (page) => {
  const { project, pipelines, steps, connectors, profiles } = page.model;
  const tables = tableEntries(page.model);
  const counts = faint(
    counted(pipelines.length, "pipeline"),
    counted(steps.length, "step"),
    counted(tables.length, "table"),
  );
  return [
    element("header", {}, element("h2", { tabindex: -1 }, breakable(project)), counts),
    section("Pipelines", links(pipelines.map((_, index) => pipelineLink(page, index)))),
    section("Kinds of steps", legend(page.model)),
    section("Connectors", facts(connectors.map(({ name, summary }) => [name, summary]))),
    profiles.map(profileSection),
  ];
};

/* A table that one step makes is shown as that step. */
const detailsOf = (page, selection) => {
  if (!selection) return projectDetails(page);
  const { kind, index, column } = selection;
  if (kind === "pipeline") return pipelineDetails(page, index);
  if (kind === "step") return stepDetails(page, page.model.steps[index]);
  const { steps } = page.model.tables[index];
  const maker = steps.length === 1 ? page.model.steps[steps[0]] : null;
  if (maker?.table === index) return stepDetails(page, maker, column);
  return tableDetails(page, index, column);
};

const makeDetails = (model, select) => {
  const page = { model, select };
  const place = byId("details");
  let subject = "";

  const buttons = () => [...place.querySelectorAll(".column")];
  const focus = () => place.querySelector("h2").focus({ preventScroll: true });

  /* A reader who is at a column stays there; who followed a link gets to where it leads. */
  const show = (selection) => {
    const content = present(detailsOf(page, selection));
    const isSame = content[0].textContent === subject;
    const scrolled = isSame ? place.scrollTop : 0;
    const hadFocus = place.contains(document.activeElement);
    const column = isSame ? buttons().indexOf(document.activeElement) : -1;
    subject = content[0].textContent;
    place.replaceChildren(...content);
    place.classList.toggle("is-open", selection !== null);
    place.scrollTop = scrolled;
    place.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: "nearest" });
    if (column >= 0) buttons()[column].focus({ preventScroll: true });
    else if (hadFocus) focus();
  };
  return { show, focus };
};
