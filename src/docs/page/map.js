/* SPDX-License-Identifier: Apache-2.0 */
/* The whole in small, and which part of it is seen. */

const isWhollySeen = ({ x, y, scale, size }, { clientWidth, clientHeight }) =>
  x >= 0 &&
  y >= 0 &&
  x + size.width * scale <= clientWidth &&
  y + size.height * scale <= clientHeight;

const makeMap = (canvas, viewport, view) => {
  const context = canvas.getContext("2d");
  const marks = element("canvas", { width: canvas.width, height: canvas.height });
  let factor = 1;
  let left = 0;
  let top = 0;

  const draw = () => {
    const isNeedless = isWhollySeen(view, viewport);
    canvas.classList.toggle("is-needless", isNeedless);
    if (isNeedless) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(marks, 0, 0);
    context.strokeRect(
      left - (view.x / view.scale) * factor,
      top - (view.y / view.scale) * factor,
      (viewport.clientWidth / view.scale) * factor,
      (viewport.clientHeight / view.scale) * factor,
    );
  };

  /* places: [{x, y, color}] of the steps; drawn once, not with each frame. */
  const show = (places) => {
    factor = Math.min(canvas.width / view.size.width, canvas.height / view.size.height);
    left = (canvas.width - view.size.width * factor) / 2;
    top = (canvas.height - view.size.height * factor) / 2;
    const [width, height] = [NODE_WIDTH, NODE_HEIGHT].map((length) => Math.max(2, length * factor));
    const ink = marks.getContext("2d");
    ink.clearRect(0, 0, marks.width, marks.height);
    for (const { x, y, color } of places) {
      ink.fillStyle = color;
      ink.fillRect(left + x * factor, top + y * factor, width, height);
    }
    context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--accent");
    draw();
  };

  const goTo = (event) => {
    if (event.buttons !== 1) return;
    const box = canvas.getBoundingClientRect();
    const at = [event.clientX - box.left - left, event.clientY - box.top - top];
    view.centreOn(...at.map((length) => length / factor));
  };
  canvas.addEventListener("pointerdown", goTo);
  canvas.addEventListener("pointermove", goTo);
  return { draw, show };
};
