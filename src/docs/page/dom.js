/* SPDX-License-Identifier: Apache-2.0 */
/* Making elements. Texts of the model become text nodes or attributes, never markup. */

const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

/* Children in one list, without those that a condition left out. */
const present = (children) =>
  children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value);
  }
  node.append(...present(children));
  return node;
};

/* element("p", {class: "faint", onclick: f}, "text", [more]); see present. */
const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

const svgElement = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

const shape = (kind) =>
  svgElement(
    "svg",
    { class: `shape kind-${kind}`, "aria-hidden": "true", focusable: "false" },
    svgElement("use", { href: `#shape-${kind}` }),
  );

/* A name that may go on in the next line behind its separators. */
const breakable = (name) => name.split(/(?<=[_/.-])/).flatMap((part) => [part, element("wbr")]);

/* A name, and below it what there is to note. */
const namePlate = (name, note) =>
  element(
    "span",
    { class: "plate" },
    element("span", { class: "plate-name" }, name),
    " ",
    note && element("span", { class: "plate-note" }, note),
  );

/* Arrow keys, Home and End lead through `items` of a container, which is one stop for Tab. */
const makeRoving = (container, items) => {
  const focusOn = (item) => {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
    item.focus();
  };
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  container.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(event.target);
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    focusOn(all[Math.max(0, Math.min(all.length - 1, at + steps[event.key]))]);
  });
};
