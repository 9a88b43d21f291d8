/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times for people, the same for everyone: no locale. */

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

const counted = (number, one, many = `${one}s`) =>
  `${grouped(number)} ${number === 1 ? one : many}`;

/* "" for what isn't known. */
const durationText = (microseconds) => {
  if (microseconds === null || microseconds < 0) return "";
  const seconds = microseconds / 1e6;
  if (seconds < 1) return `${(microseconds / 1000).toFixed(microseconds < 10000 ? 1 : 0)} ms`;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/* "2026-11-23T08:15:00.123Z" -> "2026-11-23 08:15 UTC"; null stays null. */
const timeText = (time) => time && `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

const statusText = (status) => status.replace("_", " ");

const outcomeText = (run) =>
  [
    statusText(run.status),
    run.rows !== null && counted(run.rows, "row"),
    run.status !== "skipped" && run.status !== "not_run" && durationText(run.duration_us),
  ]
    .filter(Boolean)
    .join(", ");

const valueText = (value) => (typeof value === "string" ? value : JSON.stringify(value));
