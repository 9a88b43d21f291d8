/* SPDX-License-Identifier: Apache-2.0 */
/* Colours for SQL: enough to read by, nothing is parsed. */

const SQL_WORDS = new Set(
  `all and anti any as asc asof between by case cast check create cross desc
  distinct else end except exclude exists false filter first for from full group having if in inner
  insert intersect into is join lateral last left like limit not null nulls offset on or order outer
  over partition pivot qualify range recursive replace right rows select semi set table then true
  union unnest unpivot update using values view when where window with within`.split(/\s+/),
);

const SQL_TOKEN = new RegExp(
  [
    "(?<comment>--[^\\n]*|/\\*[^]*?(?:\\*/|$))",
    "(?<variable>\\$\\{[^}]*\\}|@\\w+)",
    "(?<string>'(?:[^']|'')*'?|\\$(?<tag>\\w*)\\$[^]*?(?:\\$\\k<tag>\\$|$))",
    '(?<name>"(?:[^"]|"")*"?)',
    "(?<number>\\b\\d+(?:\\.\\d+)?\\b)",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_]*)",
  ].join("|"),
  "gu",
);

const tokenClass = (groups) => {
  if (groups.word) return SQL_WORDS.has(groups.word.toLowerCase()) ? "keyword" : null;
  return (
    ["comment", "variable", "string", "number"].find((name) => groups[name] !== undefined) ?? null
  );
};

const highlighted = (sql) => {
  const parts = [];
  let end = 0;
  for (const match of sql.matchAll(SQL_TOKEN)) {
    const kind = tokenClass(match.groups);
    if (!kind) continue;
    parts.push(sql.slice(end, match.index), element("span", { class: `sql-${kind}` }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, sql.slice(end)];
};
