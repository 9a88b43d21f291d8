/* SPDX-License-Identifier: Apache-2.0 */
/* Places for the steps, box by box: cells get room, boxes are as large as they must be. */

const PLACE_SWEEPS = 10;

const distance = (one, next) =>
  (one.breadth + next.breadth) / 2 + (one.item && next.item ? GAP.item : GAP.bend);

/* The places closest to what the cells of a layer wish for that keep their order and distances:
 * an isotonic regression, by pooling neighbours that want to pass each other. */
const placeLayer = (layer) => {
  const pools = [];
  let offset = 0;
  layer.forEach((cell, index) => {
    if (index > 0) offset += distance(layer[index - 1], cell);
    cell.offset = offset;
    let pool = { weight: cell.weight, sum: (cell.wish - offset) * cell.weight, cells: [cell] };
    while (
      pools.length > 0 &&
      pools[pools.length - 1].sum / pools[pools.length - 1].weight > pool.sum / pool.weight
    ) {
      const last = pools.pop();
      pool = {
        weight: last.weight + pool.weight,
        sum: last.sum + pool.sum,
        cells: last.cells.concat(pool.cells),
      };
    }
    pools.push(pool);
  });
  for (const pool of pools)
    for (const cell of pool.cells) cell.cross = pool.sum / pool.weight + cell.offset;
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
    if (cell.item)
      Object.assign(cell.item, {
        main: cell.start,
        cross: cell.cross - cell.breadth / 2,
        column: cell,
      });
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
  const area = parts.reduce(
    (sum, part) => sum + (part.length + GAP.part) * (part.breadth + GAP.part),
    0,
  );
  const limit = Math.max(Math.sqrt(area * stretch), ...parts.map((part) => part.length));
  const size = { length: 0, breadth: 0 };
  let main = 0,
    cross = 0,
    row = 0;
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
    const at = {
      main: main + box.inset.main + item.main,
      cross: cross + box.inset.cross + item.cross,
    };
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
  return all.filter(
    (point, index) =>
      index === 0 || point.main !== all[index - 1].main || point.cross !== all[index - 1].cross,
  );
};

/* {width, height, steps: [{x, y}], clusters: [{x, y, width, height}], edges: [[{x, y}]]}
 * with edges' points in pairs: straight inside a pair's column, curved from pair to pair. */
const layOut = (model, flow) => {
  const { root, items } = makeBoxes(model, flow);
  const links = addLinks(items, model.edges);
  placeBox(root, flow);
  settle(root, 0, 0);
  const point = ({ main, cross }) =>
    flow === "right" ? { x: main, y: cross } : { x: cross, y: main };
  const area = (box) =>
    Object.assign(
      point(box.at),
      flow === "right"
        ? { width: box.length, height: box.breadth }
        : { width: box.breadth, height: box.length },
    );
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
    edges: model.edges.map((edge, index) =>
      edgePoints(links[index], items[edge.from], items[edge.to]).map(point),
    ),
  };
};
