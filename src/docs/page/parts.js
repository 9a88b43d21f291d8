/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What details are made of. `page` is {model, select}: the model, and what is to be called with the
 * selection when something is clicked.
 */

const section = (title, ...children) => {
  const content = present(children);
  return content.length > 0 && element("section", {}, element("h3", {}, title), content);
};

const faint = (...parts) => element("p", { class: "faint" }, parts.filter(Boolean).join(" · "));

const warning = (text) => text && element("p", { class: "unknown" }, text);

/* [[term, description]] without what is empty. */
const facts = (rows) => {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const pairs = known.map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]);
  return pairs.length > 0 && element("dl", { class: "facts" }, pairs);
};

const runLine = (status, text) => element("p", { class: "run" }, stateMark({ status }), " ", text);

const heading = (page, kind, name, ...below) => {
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close", onclick: () => page.select(null) },
    "✕",
  );
  const title = element("h2", { tabindex: -1 }, breakable(name));
  return element(
    "header",
    {},
    element("div", { class: "heading" }, shape(kind), title, close),
    below,
  );
};

const link = (page, selection, kind, name, note = "") =>
  element(
    "li",
    {},
    element(
      "button",
      { type: "button", class: "link", onclick: () => page.select(selection) },
      shape(kind),
      namePlate(name, note),
    ),
  );

const links = (children) => children.length > 0 && element("ul", { class: "links" }, children);

const tableLink = (page, index) => {
  const { kind, name } = page.model.tables[index];
  return link(page, { kind: "table", index }, kind, name);
};

const stepLink = (page, index, note = whatText(page.model.steps[index])) => {
  const { kind, name } = page.model.steps[index];
  return link(page, { kind: "step", index }, kind, name, note);
};

const columnLink = (page, [index, column]) =>
  link(page, { kind: "table", index, column }, "column", columnName(page.model, [index, column]));

const pipelineLink = (page, index) => {
  const { name, run } = page.model.pipelines[index];
  const note = run
    ? [run.outcome, timeText(run.started_at)].filter(Boolean).join(", ")
    : "not run yet";
  return link(page, { kind: "pipeline", index }, "pipeline", name, note);
};

const tableLinks = (page, tables) => links(tables.map((index) => tableLink(page, index)));

const stepLinks = (page, steps) => links(steps.map((index) => stepLink(page, index)));

const columnLinks = (page, columns) => links(columns.map((pair) => columnLink(page, pair)));
