/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places for the steps: layers after Sugiyama, box by box. A box (a cluster, or the whole) has
 * items, which are steps or boxes. Along the flow lies `main`, across it `cross`; which of them is
 * x is decided at the very end. Everything is deterministic: ties keep the order of the model.
 */

const NODE_WIDTH = 224;
const NODE_HEIGHT = 60;
const GAP = { layer: 48, item: 18, bend: 10, part: 30, margin: 20, title: 26 };
const ORDER_SWEEPS = 16;
const PLACE_SWEEPS = 10;

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/* The tree of boxes. A step's item is items[step]; each item knows the box that it is in. */
const makeBoxes = (model, flow) => {
  const root = { items: [], links: [], box: null, depth: 0 };
  const isRight = flow === "right";
  const size = isRight ? { length: NODE_WIDTH, breadth: NODE_HEIGHT } : { length: NODE_HEIGHT, breadth: NODE_WIDTH };
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

/* Items in an order in which links lead forward. Between boxes links may close circles: then the
 * link that comes back is left aside. */
const sortItems = (part) => {
  const after = new Map(part.items.map((item) => [item, []]));
  for (const link of part.links) after.get(link.from).push(link);
  const state = new Map();
  const sorted = [];
  const visit = (start) => {
    const stack = [{ item: start, next: 0 }];
    state.set(start, "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const link = after.get(top.item)[top.next++];
      if (!link) {
        state.set(top.item, "done");
        sorted.push(stack.pop().item);
      } else if (state.get(link.to) === "open") {
        link.isBack = true;
      } else if (!state.has(link.to)) {
        state.set(link.to, "open");
        stack.push({ item: link.to, next: 0 });
      }
    }
  };
  for (const item of part.items) if (!state.has(item)) visit(item);
  return sorted.reverse();
};

/* Each item as far to the front as what feeds it allows; what nothing feeds, close to its readers. */
const rankItems = (part) => {
  const rank = new Map();
  const before = new Map(part.items.map((item) => [item, []]));
  const after = new Map(part.items.map((item) => [item, []]));
  const sorted = sortItems(part);
  for (const link of part.links) {
    if (link.isBack) continue;
    before.get(link.to).push(link.from);
    after.get(link.from).push(link.to);
  }
  for (const item of sorted) rank.set(item, Math.max(0, ...before.get(item).map((other) => rank.get(other) + 1)));
  for (const item of sorted)
    if (before.get(item).length === 0 && after.get(item).length > 0)
      rank.set(item, Math.min(...after.get(item).map((other) => rank.get(other))) - 1);
  return rank;
};

const makeCell = (layers, rank, item) => {
  const cell = { item, rank, breadth: item ? item.breadth : 0, before: [], after: [], weight: item ? 1 : 3 };
  (layers[rank] ??= []).push(cell);
  return cell;
};

const connect = (from, to) => {
  from.after.push(to);
  to.before.push(from);
};

/* Layers of cells: one for each item, and one for each layer that a link passes. */
const makeLayers = (part) => {
  const rank = rankItems(part);
  const layers = [];
  const cells = new Map();
  const seen = new Map();
  for (const item of part.items) cells.set(item, makeCell(layers, rank.get(item), item));
  for (const link of part.links) {
    link.bends = [];
    if (link.isBack) continue;
    const key = `${part.items.indexOf(link.from)},${part.items.indexOf(link.to)}`;
    if (seen.has(key)) {
      link.bends = seen.get(key);
      continue;
    }
    seen.set(key, link.bends);
    let last = cells.get(link.from);
    for (let at = rank.get(link.from) + 1; at < rank.get(link.to); at++) {
      const bend = makeCell(layers, at, null);
      link.bends.push(bend);
      connect(last, bend);
      last = bend;
    }
    connect(last, cells.get(link.to));
  }
  return layers;
};

const numberCells = (layer) => layer.forEach((cell, index) => { cell.index = index; });

/* How often links between two layers cross: inversions, counted by a tree of sums. */
const countCrossings = (layer, next) => {
  const sums = new Int32Array(next.length + 1);
  let crossings = 0;
  let total = 0;
  for (const cell of layer) {
    const ends = cell.after.map((other) => other.index).sort((a, b) => a - b);
    for (const end of ends) {
      let smaller = 0;
      for (let i = end + 1; i > 0; i -= i & -i) smaller += sums[i];
      crossings += total - smaller;
    }
    for (const end of ends) for (let i = end + 1; i <= next.length; i += i & -i) sums[i]++;
    total += ends.length;
  }
  return crossings;
};

const crossingsOf = (layers) =>
  layers.slice(1).reduce((sum, layer, index) => sum + countCrossings(layers[index], layer), 0);

const sortLayer = (layer, side) => {
  for (const cell of layer)
    cell.wish = cell[side].length > 0 ? average(cell[side].map((other) => other.index)) : cell.index;
  layer.sort((a, b) => a.wish - b.wish || a.index - b.index);
  numberCells(layer);
};

/* Swaps neighbours while that saves crossings between them and both of their sides. */
const pairCrossings = (left, right) => {
  let count = 0;
  for (const side of ["before", "after"])
    for (const a of left[side]) for (const b of right[side]) if (a.index > b.index) count++;
  return count;
};

const swapNeighbours = (layer) => {
  for (let i = 0; i + 1 < layer.length; i++) {
    const [left, right] = [layer[i], layer[i + 1]];
    if (pairCrossings(right, left) >= pairCrossings(left, right)) continue;
    [layer[i], layer[i + 1]] = [right, left];
    right.index = i;
    left.index = i + 1;
  }
};

const startOrder = (layers) => {
  const seen = new Set();
  const found = layers.map(() => []);
  const visit = (start) => {
    const stack = [start];
    while (stack.length > 0) {
      const cell = stack.pop();
      if (seen.has(cell)) continue;
      seen.add(cell);
      found[cell.rank].push(cell);
      for (const other of cell.after.concat(cell.before).reverse()) stack.push(other);
    }
  };
  for (const layer of layers) layer.forEach(visit);
  found.forEach((cells, rank) => { layers[rank] = cells; });
  layers.forEach(numberCells);
};

const orderLayers = (layers) => {
  startOrder(layers);
  let best = layers.map((layer) => layer.slice());
  let fewest = crossingsOf(layers);
  for (let sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
    if (sweep % 2 === 0) for (let i = 1; i < layers.length; i++) sortLayer(layers[i], "before");
    else for (let i = layers.length - 2; i >= 0; i--) sortLayer(layers[i], "after");
    layers.forEach(swapNeighbours);
    const crossings = crossingsOf(layers);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((layer) => layer.slice());
  }
  best.forEach((cells, rank) => { layers[rank] = cells; });
  layers.forEach(numberCells);
};

const distance = (one, next) => (one.breadth + next.breadth) / 2 + (one.item && next.item ? GAP.item : GAP.bend);

/* The places closest to what the cells of a layer wish for that keep their order and distances:
 * an isotonic regression, by pooling neighbours that want to pass each other. */
const placeLayer = (layer) => {
  const pools = [];
  let offset = 0;
  layer.forEach((cell, index) => {
    if (index > 0) offset += distance(layer[index - 1], cell);
    cell.offset = offset;
    let pool = { weight: cell.weight, sum: (cell.wish - offset) * cell.weight, cells: [cell] };
    while (pools.length > 0 && pools[pools.length - 1].sum / pools[pools.length - 1].weight > pool.sum / pool.weight) {
      const last = pools.pop();
      pool = { weight: last.weight + pool.weight, sum: last.sum + pool.sum, cells: last.cells.concat(pool.cells) };
    }
    pools.push(pool);
  });
  for (const pool of pools) for (const cell of pool.cells) cell.cross = pool.sum / pool.weight + cell.offset;
};

const wishFor = (layer, sides) => {
  for (const cell of layer) {
    const others = sides.flatMap((side) => cell[side]);
    cell.wish = others.length > 0 ? average(others.map((other) => other.cross)) : cell.cross;
  }
  placeLayer(layer);
};

/* Where cells stand across the flow: as near to what they are connected with as there is room. */
const placeAcross = (layers) => {
  for (const layer of layers) {
    for (const cell of layer) cell.wish = 0;
    placeLayer(layer);
  }
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    for (let i = 1; i < layers.length; i++) wishFor(layers[i], ["before"]);
    for (let i = layers.length - 2; i >= 0; i--) wishFor(layers[i], ["after"]);
  }
  for (const layer of layers) wishFor(layer, ["before", "after"]);
};

/* Where layers stand along the flow; many links between two of them need room to be followed. */
const placeAlong = (layers) => {
  let main = 0;
  for (const layer of layers) {
    const length = Math.max(...layer.map((cell) => (cell.item ? cell.item.length : 0)));
    const links = layer.reduce((sum, cell) => sum + cell.after.length, 0);
    for (const cell of layer) Object.assign(cell, { start: main, end: main + length });
    main += length + GAP.layer + Math.min(links, 120);
  }
};

const placePart = (part) => {
  const layers = makeLayers(part);
  orderLayers(layers);
  placeAcross(layers);
  placeAlong(layers);
  const cells = layers.flat();
  const top = Math.min(...cells.map((cell) => cell.cross - cell.breadth / 2));
  for (const cell of cells) {
    cell.cross -= top;
    if (cell.item) Object.assign(cell.item, { main: cell.start, cross: cell.cross - cell.breadth / 2, column: cell });
  }
  part.cells = cells;
  part.length = Math.max(...cells.map((cell) => cell.end));
  part.breadth = Math.max(...cells.map((cell) => cell.cross + cell.breadth / 2));
};

const movePart = (part, main, cross) => {
  for (const cell of part.cells) {
    cell.start += main;
    cell.end += main;
    cell.cross += cross;
    if (cell.item) {
      cell.item.main += main;
      cell.item.cross += cross;
    }
  }
};

/* Parts in rows, about as long as all of them are broad. */
const packParts = (parts, stretch) => {
  const area = parts.reduce((sum, part) => sum + (part.length + GAP.part) * (part.breadth + GAP.part), 0);
  const limit = Math.max(Math.sqrt(area * stretch), ...parts.map((part) => part.length));
  const size = { length: 0, breadth: 0 };
  let main = 0, cross = 0, row = 0;
  for (const part of parts) {
    if (main > 0 && main + part.length > limit) {
      main = 0;
      cross += row + GAP.part;
      row = 0;
    }
    movePart(part, main, cross);
    size.length = Math.max(size.length, main + part.length);
    size.breadth = Math.max(size.breadth, cross + part.breadth);
    row = Math.max(row, part.breadth);
    main += part.length + GAP.part;
  }
  return size;
};

const placeBox = (box, flow) => {
  for (const item of box.items) if (item.items) placeBox(item, flow);
  const parts = splitParts(box);
  parts.forEach(placePart);
  const size = packParts(parts, flow === "right" ? 1.6 : 0.7);
  const title = flow === "right" ? { main: 0, cross: GAP.title } : { main: GAP.title, cross: 0 };
  box.inset = { main: GAP.margin + title.main, cross: GAP.margin + title.cross };
  box.length = size.length + box.inset.main + GAP.margin;
  box.breadth = size.breadth + box.inset.cross + GAP.margin;
};

/* From places in the box around to places in the whole. */
const settle = (box, main, cross) => {
  box.at = { main, cross };
  for (const item of box.items) {
    const at = { main: main + box.inset.main + item.main, cross: cross + box.inset.cross + item.cross };
    if (item.items) settle(item, at.main, at.cross);
    else item.at = at;
  }
};

/* The points that an edge goes through: straight where it passes a layer, curved between layers. */
const edgePoints = (link, from, to) => {
  const { at, inset } = link.box;
  const [main, cross] = [at.main + inset.main, at.cross + inset.cross];
  const start = { main: from.at.main + from.length, cross: from.at.cross + from.breadth / 2 };
  const end = { main: to.at.main, cross: to.at.cross + to.breadth / 2 };
  const bends = link.bends.flatMap((bend) => [
    { main: main + bend.start, cross: cross + bend.cross },
    { main: main + bend.end, cross: cross + bend.cross },
  ]);
  const leave = { main: main + link.from.column.end, cross: start.cross };
  const enter = { main: main + link.to.column.start, cross: end.cross };
  const all = link.isBack ? [start, end] : [start, leave, ...bends, enter, end];
  return all.filter((point, index) => index === 0 || point.main !== all[index - 1].main || point.cross !== all[index - 1].cross);
};

/* {width, height, steps: [{x, y}], clusters: [{x, y, width, height} or undefined], edges: [[{x, y}]]}
 * with edges' points in pairs: straight inside a pair's column, curved from pair to pair. */
const layOut = (model, flow) => {
  const { root, items } = makeBoxes(model, flow);
  const links = addLinks(items, model.edges);
  placeBox(root, flow);
  settle(root, 0, 0);
  const point = ({ main, cross }) => (flow === "right" ? { x: main, y: cross } : { x: cross, y: main });
  const area = (box) =>
    Object.assign(point(box.at), flow === "right" ? { width: box.length, height: box.breadth }
      : { width: box.breadth, height: box.length });
  const clusters = [];
  const collect = (box) => {
    for (const item of box.items) if (item.items) collect(item);
    if (box.cluster !== undefined) clusters[box.cluster] = area(box);
  };
  collect(root);
  return {
    ...area(root),
    steps: items.map((item) => point(item.at)),
    clusters,
    edges: model.edges.map((edge, index) => edgePoints(links[index], items[edge.from], items[edge.to]).map(point)),
  };
};
