/* SPDX-License-Identifier: Apache-2.0 */
/* The model (sqlflow.docs/1, docs/docs-model.md) with what the page looks up again and again. */

const FORMAT = "sqlflow.docs/1";

const columnKey = (table, column) => `${table}.${column}`;

const readModel = () => {
  const model = JSON.parse(byId("model").textContent);
  if (model.format !== FORMAT) throw new Error(`this page shows ${FORMAT}, not ${model.format}`);
  model.before = model.steps.map(() => []);
  model.after = model.steps.map(() => []);
  for (const edge of model.edges) {
    model.before[edge.to].push(edge.from);
    model.after[edge.from].push(edge.to);
  }
  model.columnOutputs = new Map();
  model.tables.forEach((table, t) =>
    table.columns.forEach((column, c) => {
      for (const [inTable, inColumn] of column.inputs) {
        const key = columnKey(inTable, inColumn);
        if (!model.columnOutputs.has(key)) model.columnOutputs.set(key, []);
        model.columnOutputs.get(key).push([t, c]);
      }
    }),
  );
  return model;
};

/* All that `next` leads to from `starts`, themselves included; keys are told by `key`. */
const reach = (starts, next, key = (value) => value) => {
  const seen = new Map(starts.map((start) => [key(start), start]));
  const open = [...starts];
  while (open.length > 0)
    for (const value of next(open.pop())) {
      if (seen.has(key(value))) continue;
      seen.set(key(value), value);
      open.push(value);
    }
  return [...seen.values()];
};

const pairKey = ([table, column]) => columnKey(table, column);

/* What a column is made from and what is made from it, all the way, as [table, column]. */
const columnPath = (model, table, column) => {
  const inputs = ([t, c]) => model.tables[t].columns[c].inputs;
  const outputs = ([t, c]) => model.columnOutputs.get(columnKey(t, c)) ?? [];
  const start = [[table, column]];
  const sorted = (pairs) => pairs.slice(1).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    from: sorted(reach(start, inputs, pairKey)),
    to: sorted(reach(start, outputs, pairKey)),
  };
};

/* Steps that some steps hang on, and that hang on them; themselves included. */
const stepPath = (model, steps) =>
  new Set([
    ...reach(steps, (step) => model.before[step]),
    ...reach(steps, (step) => model.after[step]),
  ]);

const columnName = (model, [table, column]) =>
  `${model.tables[table].name}.${model.tables[table].columns[column].name}`;

const ofPipeline = (model, pipeline) =>
  model.steps.map((_, index) => index).filter((index) => model.steps[index].pipeline === pipeline);

/* What is selected, as the address has it after "#": a kind, then the names that identify it. */
const addressOf = (model, selection) => {
  const names = (...parts) => parts.map(encodeURIComponent).join("/");
  const pipelineName = (index) => (index === null ? "" : model.pipelines[index].name);
  if (selection.kind === "pipeline") return names("pipeline", pipelineName(selection.index));
  if (selection.kind === "step") {
    const step = model.steps[selection.index];
    return names("step", pipelineName(step.pipeline), step.id);
  }
  const table = model.tables[selection.index];
  const parts = ["table", pipelineName(table.pipeline), table.kind, table.name];
  if (selection.column !== undefined) parts.push(table.columns[selection.column].name);
  return names(...parts);
};

const selectionAt = (model, address) => {
  const all = [
    ...model.pipelines.map((_, index) => ({ kind: "pipeline", index })),
    ...model.steps.map((_, index) => ({ kind: "step", index })),
    ...model.tables.flatMap((table, index) => [
      { kind: "table", index },
      ...table.columns.map((_, column) => ({ kind: "table", index, column })),
    ]),
  ];
  return all.find((selection) => addressOf(model, selection) === address) ?? null;
};
