/* SPDX-License-Identifier: Apache-2.0 */
/* Panning and zooming: one transform of one element, at most once a frame. */

const ZOOM = {
  least: 0.04,
  most: 2.5,
  step: 1.3,
  readable: 0.75,
  touch: 0.74, /* from here on a step is 44 pixels high */
  far: 0.55,
  map: 0.25,
};
const DRAG_FROM = 5; /* pixels: less is a click */

/* size: {width, height} of what is shown; onmove is told after each change. */
const makeView = (viewport, sheet, onmove) => {
  const view = { x: 0, y: 0, scale: 1, size: { width: 1, height: 1 } };
  let frame = 0;
  let settled = 0;

  const apply = () => {
    frame = 0;
    sheet.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    onmove(view);
  };
  const request = () => {
    frame ||= requestAnimationFrame(apply);
  };

  /* What is drawn stays as it is while it is zoomed, and is drawn sharply afterwards. */
  const sharpen = () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      sheet.style.willChange = "auto";
      viewport.dataset.zoom =
        view.scale < ZOOM.map ? "map" : view.scale < ZOOM.far ? "far" : "near";
      sheet.style.setProperty("--unzoom", 1 / view.scale);
      requestAnimationFrame(() => {
        sheet.style.willChange = "";
      });
    }, 160);
  };

  view.moveBy = (dx, dy) => {
    view.x += dx;
    view.y += dy;
    request();
  };

  view.zoomAt = (factor, x = viewport.clientWidth / 2, y = viewport.clientHeight / 2) => {
    const scale = Math.max(ZOOM.least, Math.min(ZOOM.most, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    request();
    sharpen();
  };

  const centre = () => {
    view.x = (viewport.clientWidth - view.size.width * view.scale) / 2;
    view.y = (viewport.clientHeight - view.size.height * view.scale) / 2;
  };

  /* The whole in the middle. */
  view.fit = () => {
    const { clientWidth, clientHeight } = viewport;
    const scale = Math.min(clientWidth / view.size.width, clientHeight / view.size.height, 1);
    view.scale = Math.max(ZOOM.least, scale);
    centre();
    request();
    sharpen();
  };

  /* The whole if that can be read, else from a place on as far as there is room. */
  view.begin = (place) => {
    const margin = GAP.margin + GAP.title;
    view.fit();
    if (view.scale >= ZOOM.readable || !place) return;
    view.scale = ZOOM.readable;
    centre();
    if (view.x < 0) view.x = margin - place.x * view.scale;
    if (view.y < 0) view.y = margin - place.y * view.scale;
  };

  view.centreOn = (x, y) => {
    view.x = viewport.clientWidth / 2 - x * view.scale;
    view.y = viewport.clientHeight / 2 - y * view.scale;
    request();
  };

  /* Moves only as far as it must. */
  view.reveal = (area) => {
    const margin = 24;
    /* the height of what lies over the lower edge */
    const tools = Math.max(64, byId("map").offsetHeight + margin);
    const shift = (from, length, room) => {
      if (from >= 0 && from + length <= room) return 0;
      if (from < margin || length > room - 2 * margin) return margin - from;
      return Math.min(0, room - margin - from - length);
    };
    if (view.scale < ZOOM.far) view.scale = ZOOM.readable;
    const at = (place, offset) => place * view.scale + offset;
    view.moveBy(
      shift(at(area.x, view.x), area.width * view.scale, viewport.clientWidth),
      shift(at(area.y, view.y), area.height * view.scale, viewport.clientHeight - tools),
    );
    sharpen();
  };

  listenToPointers(viewport, view);
  return view;
};

const listenToPointers = (viewport, view) => {
  const pointers = new Map();
  let travelled = 0;

  const spread = () => {
    const [one, other] = [...pointers.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  };
  const middle = () => {
    const box = viewport.getBoundingClientRect();
    const [one, other] = [...pointers.values()];
    return [(one.x + other.x) / 2 - box.left, (one.y + other.y) / 2 - box.top];
  };

  viewport.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  viewport.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const before = pointers.size === 2 ? spread() : 0;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled += Math.hypot(dx, dy);
    if (travelled < DRAG_FROM) return;
    if (!viewport.hasPointerCapture(event.pointerId)) viewport.setPointerCapture(event.pointerId);
    viewport.classList.add("is-dragged");
    view.moveBy(dx / pointers.size, dy / pointers.size);
    if (before > 0) view.zoomAt(spread() / before, ...middle());
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) viewport.classList.remove("is-dragged");
  };
  viewport.addEventListener("pointerup", release);
  viewport.addEventListener("pointercancel", release);
  viewport.addEventListener(
    "click",
    (event) => {
      const isDrag = travelled >= DRAG_FROM && event.detail !== 0;
      const isTouch = event.pointerType === "touch" && view.scale < ZOOM.touch;
      if (!isDrag && !isTouch) return;
      event.stopPropagation();
      event.preventDefault();
      if (isDrag) return;
      /* Where steps are too small for a finger, it goes nearer. */
      const box = viewport.getBoundingClientRect();
      view.zoomAt(ZOOM.readable / view.scale, event.clientX - box.left, event.clientY - box.top);
    },
    true,
  );
  viewport.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const box = viewport.getBoundingClientRect();
      const lines = event.deltaMode === 1 ? 16 : 1;
      if (event.shiftKey) view.moveBy(-(event.deltaX + event.deltaY) * lines, 0);
      else
        view.zoomAt(
          Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)),
          event.clientX - box.left,
          event.clientY - box.top,
        );
    },
    { passive: false },
  );
};
