/* SPDX-License-Identifier: Apache-2.0 */
/* The graph: steps are buttons at the places that layOut found, edges one path each. */

const MARKED_STATES = { failed: "✕", warned: "!", skipped: "–", cancelled: "–", not_run: "○", pending: "○", running: "▸", retrying: "↻", ok: "✓", done: "✓" };

const stateMark = (run) =>
  run && element("span", { class: `state state-${run.status}`, "aria-hidden": "true" }, MARKED_STATES[run.status] ?? "?");

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
const spokenText = (step, note) => [step.label, note, step.run && outcomeText(step.run)].filter(Boolean).join(" ");

const makeNode = (step, index, place) => {
  const node = element("button", {
    type: "button", class: `node kind-${step.kind}`, "data-step": index, tabindex: index === 0 ? 0 : -1,
    "aria-label": spokenText(step, whatText(step)), "aria-pressed": "false", title: [step.name, step.description].filter(Boolean).join("\n"),
  },
  shape(step.kind),
  element("span", { class: "node-label" }, breakable(step.label)), " ",
  element("span", { class: "node-what" }, whatText(step)), " ",
  stateMark(step.run));
  node.style.transform = `translate(${place.x}px, ${place.y}px)`;
  return node;
};

const makeCluster = (cluster, area) => {
  const box = element("div", { class: `cluster cluster-${cluster.kind}` }, element("span", {}, cluster.name));
  Object.assign(box.style, { left: `${area.x}px`, top: `${area.y}px`, width: `${area.width}px`, height: `${area.height}px` });
  return box;
};

/* The step next to one in a direction of the arrow keys: along edges, or its neighbour. */
const neighbour = (model, drawing, step, key, flow) => {
  const forward = flow === "right" ? "ArrowRight" : "ArrowDown";
  const back = flow === "right" ? "ArrowLeft" : "ArrowUp";
  if (key === forward || key === back) return (key === forward ? model.after : model.before)[step][0];
  const [main, cross] = flow === "right" ? ["x", "y"] : ["y", "x"];
  const sign = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  const here = drawing.steps[step];
  const far = (place) => Math.abs(place[cross] - here[cross]) + 4 * Math.abs(place[main] - here[main]);
  return drawing.steps.map((_, index) => index)
    .filter((index) => (drawing.steps[index][cross] - here[cross]) * sign > 0)
    .sort((a, b) => far(drawing.steps[a]) - far(drawing.steps[b]))[0];
};

const makeGraph = (model, onselect) => {
  const viewport = byId("viewport");
  let flow, drawing, map, nodes, paths;
  const view = makeView(viewport, byId("sheet"), () => map?.draw());

  const draw = () => {
    flow = viewport.clientWidth < 600 ? "down" : "right";
    drawing = layOut(model, flow);
    view.size = { width: drawing.width, height: drawing.height };
    nodes = model.steps.map((step, index) => makeNode(step, index, drawing.steps[index]));
    paths = model.edges.map((edge, index) => svgElement("path", {
      class: edge.is_data ? "edge" : "edge edge-order", d: pathData(drawing.edges[index], flow),
    }));
    byId("nodes").replaceChildren(...nodes);
    byId("clusters").replaceChildren(...model.clusters.map((cluster, index) =>
      drawing.clusters[index] ? makeCluster(cluster, drawing.clusters[index]) : ""));
    const edges = byId("edges");
    edges.setAttribute("width", drawing.width);
    edges.setAttribute("height", drawing.height);
    edges.replaceChildren(...paths);
    map = makeMap(byId("map"), view, drawing);
    repaint();
  };

  const repaint = () => {
    map.setMarks(nodes.map((node, index) => ({ ...drawing.steps[index], color: getComputedStyle(node).getPropertyValue("border-top-color") })));
  };

  const reveal = (step) => view.reveal({ ...drawing.steps[step], width: NODE_WIDTH, height: NODE_HEIGHT });

  const focusOn = (step) => {
    for (const [index, node] of nodes.entries()) node.tabIndex = index === step ? 0 : -1;
    nodes[step].focus({ preventScroll: true });
    reveal(step);
  };

  /* steps: which light up (null: none is told apart); notes: step -> what to say on it instead of
   * its kind; selected: steps. */
  const light = ({ steps, notes = new Map(), selected = [] }) => {
    viewport.classList.toggle("is-lit", steps !== null);
    nodes.forEach((node, index) => {
      node.classList.toggle("lit", Boolean(steps?.has(index)));
      node.classList.toggle("noted", notes.has(index));
      node.setAttribute("aria-pressed", String(selected.includes(index)));
      const note = notes.get(index) ?? whatText(model.steps[index]);
      node.querySelector(".node-what").textContent = note;
      node.setAttribute("aria-label", spokenText(model.steps[index], note));
    });
    paths.forEach((path, index) => {
      const edge = model.edges[index];
      const isLit = steps !== null && edge.is_data && steps.has(edge.from) && steps.has(edge.to);
      path.classList.toggle("lit", isLit);
    });
    repaint();
  };

  byId("nodes").addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (node) onselect({ kind: "step", index: Number(node.dataset.step) });
  });
  byId("nodes").addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    if (!node || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = neighbour(model, drawing, Number(node.dataset.step), event.key, flow);
    if (next !== undefined) focusOn(next);
  });
  /* A browser scrolls to what gets the focus; the sheet moves instead. */
  viewport.addEventListener("scroll", () => viewport.scrollTo(0, 0));
  byId("nodes").addEventListener("focusin", (event) => {
    if (event.target.matches(".node:focus-visible")) reveal(Number(event.target.dataset.step));
  });
  byId("zoom-in").addEventListener("click", () => view.zoomAt(ZOOM.step));
  byId("zoom-out").addEventListener("click", () => view.zoomAt(1 / ZOOM.step));
  byId("zoom-fit").addEventListener("click", () => view.fit());

  const showBeginning = () =>
    view.begin(drawing.steps.slice().sort((a, b) => a.x + a.y - b.x - b.y)[0]);

  draw();
  showBeginning();
  return {
    view, light, reveal, repaint,
    focus: () => nodes.find((node) => node.tabIndex === 0)?.focus({ preventScroll: true }),
    /* After the window got another shape. */
    redraw: () => {
      if ((viewport.clientWidth < 600 ? "down" : "right") === flow) return map.draw();
      draw();
      return showBeginning();
    },
  };
};
