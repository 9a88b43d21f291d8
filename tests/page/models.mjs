// SPDX-License-Identifier: Apache-2.0
// Models (docs/docs-model.md) of many sizes, the same at each call.

const step = (kind, name, more) => ({
  pipeline: 0,
  cluster: null,
  id: `${kind}_${name}`,
  kind,
  name,
  label: name.slice(0, 36),
  description: null,
  file: "pipelines/shop.sf",
  line: 1,
  column: 1,
  connector: null,
  connection: null,
  mode: null,
  destination: null,
  query: null,
  options: [],
  tags: [],
  table: null,
  reads: [],
  run: kind === "source" ? null : { status: "ok", rows: 1200, duration_us: 5200, message: null },
  ...more,
});

const table = (kind, name, columns, more) => ({
  name,
  kind,
  pipeline: 0,
  description: null,
  steps: [],
  readers: [],
  columns: columns.map(([column, type, inputs = []]) => ({
    name: column,
    type,
    inputs,
    is_unknown: false,
  })),
  inputs: [],
  outputs: [],
  conditions: [],
  unknown: [],
  ...more,
});

const pipeline = (name, more) => ({
  name,
  path: `pipelines/${name}.sf`,
  description: null,
  includes: [],
  variables: [],
  run: {
    id: "20261123-081500-1a2b3c4d",
    outcome: "ok",
    started_at: "2026-11-23T08:15:00.123Z",
    duration_us: 41200,
  },
  ...more,
});

// Tables' and steps' references to each other, from what each step makes and reads.
const link = (model) => {
  model.steps.forEach((one, index) => {
    if (one.table !== null) model.tables[one.table].steps.push(index);
    for (const read of one.reads) {
      model.tables[read].readers.push(index);
      const maker = model.tables[read].steps.at(-1);
      if (maker !== undefined && maker < index)
        model.edges.push({ from: maker, to: index, is_data: true });
      if (one.table === null || one.table === read) continue;
      model.tables[one.table].inputs.push(read);
      model.tables[read].outputs.push(one.table);
    }
  });
  return model;
};

const empty = (project) => ({
  format: "sqlflow.docs/1",
  project,
  profiles: [
    {
      name: "dev",
      path: "profiles/dev.yml",
      is_used: true,
      problem: null,
      engine: "duckdb",
      database: "target/dev.duckdb",
      variables: [{ name: "region", value: "eu" }],
      connections: [],
    },
  ],
  pipelines: [],
  clusters: [],
  steps: [],
  edges: [],
  tables: [],
  connectors: [{ name: "csv", summary: "text files of delimited fields", steps: [] }],
});

const DAILY = `-- paid orders only
SELECT ordered_on AS day, count(*) AS orders,
       sum(price * amount) AS revenue, 'EUR' AS currency
FROM raw_orders
WHERE region = \${region} AND price > 0.5
GROUP BY ordered_on`;

// Five steps and what a reader looks at in them.
export const small = () => {
  const model = empty("corner-shop");
  model.pipelines.push(
    pipeline("shop", {
      description: "What the shop takes in, day by day.",
      includes: ["shared/sources.sf"],
      variables: [
        { name: "region", value: "eu", from: "profile", file: "pipelines/shop.sf", line: 9 },
      ],
    }),
  );
  const columns = [
    ["ordered_on", "DATE"],
    ["region", "VARCHAR"],
    ["price", "DECIMAL(10,2)"],
    ["amount", "BIGINT"],
  ];
  const through = (from) => columns.map(([name, type], index) => [name, type, [[from, index]]]);
  model.tables.push(
    table("source", "orders", columns),
    table("table", "raw_orders", through(0)),
    table(
      "table",
      "daily",
      [
        ["day", "DATE", [[1, 0]]],
        ["orders", "BIGINT"],
        [
          "revenue",
          "DECIMAL(38,2)",
          [
            [1, 2],
            [1, 3],
          ],
        ],
        ["currency", "VARCHAR"],
      ],
      {
        description: "Revenue by day.\nWithout what was cancelled.",
        conditions: [
          [1, 0],
          [1, 1],
          [1, 2],
        ],
      },
    ),
    table("check", "no_day_is_lost", [["day", "DATE", [[2, 0]]]]),
    table("export", "out/daily.csv", [
      ["day", "DATE", [[2, 0]]],
      ["orders", "BIGINT", [[2, 1]]],
      ["revenue", "DECIMAL(38,2)", [[2, 2]]],
      ["currency", "VARCHAR", [[2, 3]]],
    ]),
  );
  model.steps.push(
    step("source", "orders", {
      connector: "csv",
      table: 0,
      options: [
        { name: "path", value: "data/orders.csv" },
        { name: "types", value: { ordered_on: "DATE" } },
      ],
    }),
    step("load", "raw_orders", { table: 1, reads: [0], mode: "replace" }),
    step("table", "daily", {
      table: 2,
      reads: [1],
      query: DAILY,
      description: "Revenue by day.\nWithout what was cancelled.",
      tags: ["nightly"],
    }),
    step("check", "no_day_is_lost", {
      table: 3,
      reads: [2],
      query: "SELECT day FROM daily WHERE orders = 0",
      run: { status: "failed", rows: 2, duration_us: 900, message: "2 rows that should not be" },
    }),
    step("export", "out/daily.csv", {
      table: 4,
      reads: [2],
      connector: "csv",
      destination: "out/daily.csv",
      run: { status: "skipped", rows: null, duration_us: 0, message: null },
    }),
  );
  model.pipelines[0].run.outcome = "failed";
  return link(model);
};

// What isn't known is null.
export const unknown = () => {
  const model = small();
  model.pipelines[0].run = {
    id: "20261123-081500-1a2b3c4d",
    outcome: "running",
    started_at: null,
    duration_us: null,
  };
  model.pipelines[0].variables[0].value = null;
  for (const one of model.steps)
    one.run &&= { status: "pending", rows: null, duration_us: null, message: null };
  for (const one of model.tables) {
    one.unknown.push("pipelines/shop.sf:3: PIVOT makes columns of values");
    for (const column of one.columns)
      Object.assign(column, { type: null, inputs: [], is_unknown: true });
  }
  model.tables.push(table("outside", "rates", [["rate", null]], { pipeline: null, readers: [2] }));
  return model;
};

// The generator of Park and Miller: no two runs differ.
const makeRandom = (seed) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;

const AREAS = ["sales", "stock", "visits", "finance", "support"];
const NOUNS = [
  "orders",
  "customers",
  "products",
  "returns",
  "payments",
  "visits",
  "invoices",
  "shipments",
  "prices",
  "stores",
];

// `count` steps in pipelines that read each other.
export const large = (count = 500, areas = AREAS) => {
  const random = makeRandom(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const model = empty("warehouse");
  const each = count / areas.length;
  const shared = [];
  areas.forEach((area, p) => {
    model.pipelines.push(pipeline(area, { description: `All about ${area}.` }));
    if (areas.length > 1) model.clusters.push({ name: area, kind: "pipeline", outer: null });
    const cluster = areas.length > 1 ? p : null;
    const made = [];
    const from = (index) =>
      model.tables[index].columns.slice(0, 4).map((_, column) => [index, column]);
    const add = (kind, name, reads, more = {}) => {
      const id = model.tables.length;
      const inputs = reads.flatMap(from);
      model.tables.push(
        table(
          kind === "load" ? "table" : kind,
          name,
          ["id", "day", "amount", "region", "note"].map((column, at) => [
            column,
            at ? "VARCHAR" : "BIGINT",
            inputs.filter((pair) => pair[1] === at),
          ]),
          { pipeline: p },
        ),
      );
      model.steps.push(
        step(kind, name, {
          pipeline: p,
          cluster,
          table: id,
          reads,
          file: `pipelines/${area}.sf`,
          line: model.steps.length + 1,
          query: reads.length > 0 ? DAILY : null,
          ...more,
        }),
      );
      return id;
    };
    for (let i = 0; i < each * 0.14; i++) {
      const source = add("source", `${area}_${pick(NOUNS)}_${i}`, [], { connector: "csv" });
      made.push(add("load", `raw_${area}_${i}`, [source], { mode: "replace" }));
    }
    const near = () => made[Math.max(0, made.length - 1 - Math.floor(random() * random() * 24))];
    while (model.steps.length < (p + 1) * each) {
      const kind = pick(["table", "table", "table", "view", "check", "export"]);
      const reads = [
        ...new Set([
          near(),
          ...(random() < 0.4 ? [near()] : []),
          ...(shared.length && random() < 0.06 ? [pick(shared)] : []),
        ]),
      ];
      const number = model.steps.length;
      if (kind === "check") add(kind, `${pick(NOUNS)}_are_whole_${number}`, reads.slice(0, 1));
      else if (kind === "export")
        add(kind, `out/${area}/${pick(NOUNS)}_${number}.csv`, reads.slice(0, 1), {
          connector: "csv",
        });
      else
        made.push(
          add(
            kind,
            `${area}_${pick(NOUNS)}_by_${pick(["day", "store", "region"])}_${number}`,
            reads,
          ),
        );
    }
    shared.push(...made.slice(-4));
  });
  return link(model);
};

const EVIL = [
  "</script><script>window.evil = 1</script>",
  "<img src=x onerror='window.evil = 1'>",
  '"><svg onload=window.evil=1>',
  "<!--<script>",
  "javascript:window.evil=1",
  "${window.evil = 1}",
  "{{script}}",
  "'; window.evil = 1; '",
  "\u2028\u0000\u0007",
  "&lt;b&gt;",
  "a/b#c?d%20e",
];

// The small model with every text replaced by markup, quotes and scripts.
export const hostile = () => {
  let next = 0;
  const kept = new Set(["format", "kind", "status", "outcome", "started_at"]);
  const spoil = (value, key) => {
    if (typeof value === "string")
      return kept.has(key) ? value : `${EVIL[next++ % EVIL.length]} ${next}`;
    if (Array.isArray(value)) return value.map((item) => spoil(item, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, spoil(inner, name)]),
    );
  };
  return spoil(small());
};
