/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graph. `graph` is {model, viewport, view, map}, and of what is drawn {flow, drawing, nodes,
 * paths}: the places that layOut found, and the elements of steps and edges in the model's order.
 */

/* The step next to one in a direction of the arrow keys: along edges, or its neighbour. */
const neighbour = (model, drawing, step, key, flow) => {
  const forward = flow === "right" ? "ArrowRight" : "ArrowDown";
  const back = flow === "right" ? "ArrowLeft" : "ArrowUp";
  if (key === forward || key === back)
    return (key === forward ? model.after : model.before)[step][0];
  const [main, cross] = flow === "right" ? ["x", "y"] : ["y", "x"];
  const sign = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  const here = drawing.steps[step];
  const far = (place) =>
    Math.abs(place[cross] - here[cross]) + 4 * Math.abs(place[main] - here[main]);
  return drawing.steps
    .map((_, index) => index)
    .filter((index) => (drawing.steps[index][cross] - here[cross]) * sign > 0)
    .sort((a, b) => far(drawing.steps[a]) - far(drawing.steps[b]))[0];
};

/* On a screen that is higher than wide layers lie below each other. */
const flowFor = (viewport) => (viewport.clientWidth < 600 ? "down" : "right");

const drawGraph = (graph) => {
  const { model, viewport, view } = graph;
  const flow = flowFor(viewport);
  const drawing = layOut(model, flow);
  const nodes = model.steps.map((step, index) => makeNode(step, index, drawing.steps[index]));
  const paths = model.edges.map((edge, index) => makeEdge(edge, drawing.edges[index], flow));
  const clusters = model.clusters.map(
    (cluster, index) => drawing.clusters[index] && makeCluster(cluster, drawing.clusters[index]),
  );
  Object.assign(graph, { flow, drawing, nodes, paths });
  view.size = { width: drawing.width, height: drawing.height };
  byId("nodes").replaceChildren(...nodes);
  byId("clusters").replaceChildren(...clusters.filter(Boolean));
  byId("edges").replaceChildren(...paths);
  view.begin([...drawing.steps].sort((a, b) => a.x + a.y - b.x - b.y)[0]);
};

/* What is inside of a step is drawn only where it is seen or nearly so: it is most of what a
 * browser has to go through for each frame. */
const emptyFarSteps = ({ view, viewport, drawing, nodes }) => {
  const margin = 2 * NODE_WIDTH;
  const [left, top] = [-view.x / view.scale - margin, -view.y / view.scale - margin];
  const right = left + viewport.clientWidth / view.scale + 2 * margin;
  const bottom = top + viewport.clientHeight / view.scale + 2 * margin;
  drawing.steps.forEach(({ x, y }, index) => {
    const isFar = x + NODE_WIDTH < left || x > right || y + NODE_HEIGHT < top || y > bottom;
    nodes[index].classList.toggle("is-far", isFar);
  });
};

/* In the colours that the steps have now. */
const drawMap = ({ map, nodes, drawing }) => {
  const color = (node) => getComputedStyle(node).getPropertyValue("border-top-color");
  map.show(nodes.map((node, index) => ({ ...drawing.steps[index], color: color(node) })));
};

const revealStep = ({ view, drawing }, step) =>
  view.reveal({ ...drawing.steps[step], width: NODE_WIDTH, height: NODE_HEIGHT });

const focusStep = (graph, step) => {
  for (const [index, node] of graph.nodes.entries()) node.tabIndex = index === step ? 0 : -1;
  graph.nodes[step].focus({ preventScroll: true });
  revealStep(graph, step);
};

const lightNode = (node, step, { isLit, isSelected, note }) => {
  const text = note ?? whatText(step);
  node.classList.toggle("lit", isLit);
  node.classList.toggle("noted", note !== undefined);
  node.setAttribute("aria-pressed", String(isSelected));
  node.setAttribute("aria-label", spokenText(step, text));
  node.querySelector(".node-what").textContent = text;
};

/* steps: which light up (null: none is told apart); notes: step -> what to say on it instead of
 * its kind; selected: steps. */
const lightGraph = (graph, { steps, notes = new Map(), selected = [] }) => {
  const { model, viewport, nodes, paths } = graph;
  const isLit = (step) => Boolean(steps?.has(step));
  viewport.classList.toggle("is-lit", steps !== null);
  nodes.forEach((node, index) => {
    const isSelected = selected.includes(index);
    const note = notes.get(index);
    lightNode(node, model.steps[index], { isLit: isLit(index), isSelected, note });
  });
  paths.forEach((path, index) => {
    const { from, to, is_data: isData } = model.edges[index];
    path.classList.toggle("lit", isData && isLit(from) && isLit(to));
  });
  drawMap(graph);
};

const listenToGraph = (graph, select) => {
  const { model, viewport, view } = graph;
  const place = byId("nodes");
  const stepOf = (event) => event.target.closest(".node")?.dataset.step;
  place.addEventListener("click", (event) => {
    const step = stepOf(event);
    if (step) select({ kind: "step", index: Number(step) });
  });
  place.addEventListener("keydown", (event) => {
    const step = stepOf(event);
    if (!step || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = neighbour(model, graph.drawing, Number(step), event.key, graph.flow);
    if (next !== undefined) focusStep(graph, next);
  });
  place.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) revealStep(graph, Number(stepOf(event)));
  });
  /* A browser scrolls to what gets the focus; the sheet moves instead. */
  viewport.addEventListener("scroll", () => viewport.scrollTo(0, 0));
  byId("zoom-in").addEventListener("click", () => view.zoomAt(ZOOM.step));
  byId("zoom-out").addEventListener("click", () => view.zoomAt(1 / ZOOM.step));
  byId("zoom-fit").addEventListener("click", () => view.fit());
};

const makeGraph = (model, select) => {
  const viewport = byId("viewport");
  const graph = { model, viewport };
  graph.view = makeView(viewport, byId("sheet"), () => {
    graph.map.draw();
    emptyFarSteps(graph);
  });
  graph.map = makeMap(byId("map"), viewport, graph.view);
  listenToGraph(graph, select);
  drawGraph(graph);
  return graph;
};
