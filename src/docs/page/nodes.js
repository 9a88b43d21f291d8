/* SPDX-License-Identifier: Apache-2.0 */
/* What the graph is drawn with: steps are buttons, edges paths, clusters boxes. */

const MARKED_STATES = {
  failed: "✕",
  warned: "!",
  skipped: "–",
  cancelled: "–",
  not_run: "○",
  pending: "○",
  running: "▸",
  retrying: "↻",
  ok: "✓",
  done: "✓",
};

/* A run that crashed looks as one that failed; that it crashed is said in words. */
const stateMark = (run) => {
  const state = run?.status === "crashed" ? "failed" : run?.status;
  const attributes = { class: `state state-${state}`, "aria-hidden": "true" };
  return run && element("span", attributes, MARKED_STATES[state] ?? "?");
};

const whatText = (step) => [step.kind, step.connector, step.mode].filter(Boolean).join(" · ");

const pathData = (points, flow) => {
  const parts = [`M${points[0].x} ${points[0].y}`];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const isStraight = flow === "right" ? from.y === to.y : from.x === to.x;
    const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
    if (isStraight) parts.push(`L${to.x} ${to.y}`);
    else if (flow === "right") parts.push(`C${x} ${from.y} ${x} ${to.y} ${to.x} ${to.y}`);
    else parts.push(`C${from.x} ${y} ${to.x} ${y} ${to.x} ${to.y}`);
  }
  return parts.join("");
};

/* What a screen reader says: what is seen, and how the last run went. */
const spokenText = (step, note) =>
  [step.label, note, step.run && outcomeText(step.run)].filter(Boolean).join(" ");

const makeNode = (step, index, place) => {
  const node = element(
    "button",
    {
      type: "button",
      class: `node kind-${step.kind}`,
      "data-step": index,
      tabindex: index === 0 ? 0 : -1,
      "aria-label": spokenText(step, whatText(step)),
      "aria-pressed": "false",
      title: [step.name, step.description].filter(Boolean).join("\n"),
    },
    shape(step.kind),
    element("span", { class: "node-label" }, breakable(step.label)),
    " ",
    element("span", { class: "node-what" }, whatText(step)),
    " ",
    stateMark(step.run),
  );
  node.style.transform = `translate(${place.x}px, ${place.y}px)`;
  return node;
};

const makeCluster = (cluster, area) => {
  const box = element(
    "div",
    { class: `cluster cluster-${cluster.kind}` },
    element("span", {}, cluster.name),
  );
  Object.assign(box.style, {
    left: `${area.x}px`,
    top: `${area.y}px`,
    width: `${area.width}px`,
    height: `${area.height}px`,
  });
  return box;
};

const makeEdge = (edge, points, flow) =>
  svgElement("path", {
    class: edge.is_data ? "edge" : "edge edge-order",
    d: pathData(points, flow),
  });
