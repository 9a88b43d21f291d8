// SPDX-License-Identifier: Apache-2.0
// A browser without network, and the pages of models, for tests.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(import.meta.url);
const { chromium } = require(join(ROOT, ".cache/page/index.js"));

// Nothing but the page may be asked for; the browser itself calls nobody.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-domain-reliability",
  "--disable-client-side-phishing-detection",
  "--no-pings",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
];

const findBrowser = () =>
  execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();

export const folder = mkdtempSync(join(ROOT, "build", "page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// An empty profile each time: playwright makes one and removes it.
export const openBrowser = () =>
  chromium.launch({
    executablePath: findBrowser(),
    headless: true,
    args: FLAGS,
    ignoreDefaultArgs: ["--disable-extensions"],
  });

const WRITER = join(ROOT, "build/tests/page/page_writer");

// The path of the page that shows a model.
export const writePage = (name, model) => {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, execFileSync(WRITER, { input: JSON.stringify(model), maxBuffer: 1 << 28 }));
  return path;
};

// A page that has Mermaid's own renderer, as Git hosts and wikis have it.
export const writeMermaid = () => {
  const path = join(folder, "mermaid.html");
  const script = join(ROOT, ".cache/mermaid/mermaid.min.js");
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><body></body><script src="${script}"></script>`);
  return path;
};

// What viz writes for Mermaid of a pipeline of these statements.
export const drawPipeline = (statements) => {
  const path = join(folder, "names.sf");
  writeFileSync(path, statements.join("\n"));
  return execFileSync(join(ROOT, "build/sqlflow"), ["viz", path, "--format", "mermaid"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
};

export const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};
export const DESK = { viewport: { width: 1440, height: 900 } };

// The page of a real project, which is copied and run before.
export const documentProject = (project) => {
  const copy = join(folder, "project");
  cpSync(join(ROOT, project), copy, { recursive: true });
  for (const command of ["run", "docs"])
    execFileSync(join(ROOT, "build/sqlflow"), [command, "-q", "-C", copy]);
  return join(copy, "target/docs/index.html");
};

// A page in a tab of its own; what it asked for and complained about is in `requests` and `errors`.
export const openPage = async (browser, url, options = DESK) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  await page.goto(url);
  return Object.assign(page, { seen, close: () => context.close() });
};
