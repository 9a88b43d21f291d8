/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers after Sugiyama: the items of a part of a box in layers, in an order in which few links
 * cross. Everything is deterministic: ties keep the order of the model.
 */

const ORDER_SWEEPS = 16;

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

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

/* Each item as far to the front as what feeds it allows; what nothing feeds, near its readers. */
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
  for (const item of sorted)
    rank.set(item, Math.max(0, ...before.get(item).map((other) => rank.get(other) + 1)));
  for (const item of sorted)
    if (before.get(item).length === 0 && after.get(item).length > 0)
      rank.set(item, Math.min(...after.get(item).map((other) => rank.get(other))) - 1);
  return rank;
};

const makeCell = (layers, rank, item) => {
  const cell = {
    item,
    rank,
    breadth: item ? item.breadth : 0,
    before: [],
    after: [],
    weight: item ? 1 : 3,
  };
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

const numberCells = (layer) =>
  layer.forEach((cell, index) => {
    cell.index = index;
  });

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
    cell.wish =
      cell[side].length > 0 ? average(cell[side].map((other) => other.index)) : cell.index;
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
  found.forEach((cells, rank) => {
    layers[rank] = cells;
  });
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
  best.forEach((cells, rank) => {
    layers[rank] = cells;
  });
  layers.forEach(numberCells);
};
