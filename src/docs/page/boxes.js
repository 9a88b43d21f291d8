/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is laid out: a tree of boxes. A box (a cluster, or the whole) has items, which are steps or
 * boxes. Along the flow lie `main` and `length`, across it `cross` and `breadth`; which of them is
 * x is decided at the very end of the layout.
 */

const NODE_WIDTH = 224;
const NODE_HEIGHT = 60;
const GAP = { layer: 48, item: 18, bend: 10, part: 30, margin: 20, title: 26 };

/* The tree of boxes. A step's item is items[step]; each item knows the box that it is in. */
const makeBoxes = (model, flow) => {
  const root = { items: [], links: [], box: null, depth: 0 };
  const isRight = flow === "right";
  const size = isRight
    ? { length: NODE_WIDTH, breadth: NODE_HEIGHT }
    : { length: NODE_HEIGHT, breadth: NODE_WIDTH };
  const boxes = [];
  for (const [index, cluster] of model.clusters.entries()) {
    const outer = cluster.outer === null ? root : boxes[cluster.outer];
    boxes.push({ items: [], links: [], box: outer, depth: outer.depth + 1, cluster: index });
  }
  const items = model.steps.map((step, index) => {
    const box = step.cluster === null ? root : boxes[step.cluster];
    const item = { step: index, box, depth: box.depth + 1, ...size };
    box.items.push(item);
    return item;
  });
  /* Behind the steps, so inner boxes find their place by what feeds them. */
  for (const box of boxes.slice().reverse()) if (box.items.length > 0) box.box.items.unshift(box);
  return { root, items };
};

/* An edge belongs to the innermost box that both ends are in, between two of its items. */
const liftEdge = (items, edge) => {
  let from = items[edge.from];
  let to = items[edge.to];
  while (from.box !== to.box) {
    if (from.depth >= to.depth) from = from.box;
    else to = to.box;
  }
  return { from, to, box: from.box };
};

const addLinks = (items, edges) => {
  const links = edges.map((edge) => liftEdge(items, edge));
  for (const link of links) link.box.links.push(link);
  return links;
};

/* Parts of a box that no link connects are drawn on their own, the large ones first. */
const splitParts = (box) => {
  const parent = new Map(box.items.map((item) => [item, item]));
  const find = (item) => {
    while (parent.get(item) !== item) {
      parent.set(item, parent.get(parent.get(item)));
      item = parent.get(item);
    }
    return item;
  };
  for (const { from, to } of box.links) parent.set(find(from), find(to));
  const parts = new Map();
  for (const item of box.items) {
    const root = find(item);
    if (!parts.has(root)) parts.set(root, { items: [], links: [] });
    parts.get(root).items.push(item);
  }
  for (const link of box.links) parts.get(find(link.from)).links.push(link);
  return [...parts.values()].sort((a, b) => b.items.length - a.items.length);
};
