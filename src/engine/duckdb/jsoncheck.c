/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsoncheck.h"

#include "engine/duckdb/field.h"
#include "engine/duckdb/scalar.h"

#include <string.h>

/* Behind the string whose first quote is at `at`. */
static gsize string_end(const char *text, gsize at, gsize length)
{
    for (at++; at < length && text[at] != '"'; at++)
        at += text[at] == '\\' ? 1 : 0;
    return MIN(at + 1, length);
}

static gsize number_end(const char *text, gsize at, gsize length)
{
    while (at < length && (g_ascii_isdigit(text[at]) || (text[at] && strchr("+-.eE", text[at]))))
        at++;
    return at;
}

static bool is_whole(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '.' || text[i] == 'e' || text[i] == 'E')
            return false;
    }
    return true;
}

/* NaN and Infinity of JSON, nan and inf of SQL; not null, and not a part of another word. */
static bool is_infinite(const char *text, gsize at, gsize length)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    gsize end = at;
    while (end < length && g_ascii_isalpha(text[end]))
        end++;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (end - at == strlen(words[i]) && g_ascii_strncasecmp(text + at, words[i], end - at) == 0)
            return at == 0 || !g_ascii_isalnum(text[at - 1]);
    }
    return false;
}

static bool check(const char *text, gsize length, bool numbers)
{
    for (gsize at = 0; at < length;) {
        gsize end = at + 1;
        if (text[at] == '"') {
            end = string_end(text, at, length);
        } else if (g_ascii_isdigit(text[at])) {
            end = number_end(text, at, length);
            if (numbers && !is_whole(text + at, end - at) && !field_kept(text + at, end - at))
                return false;
        } else if (is_infinite(text, at, length)) {
            return false;
        }
        at = end;
    }
    return true;
}

static void check_rows(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                       bool numbers)
{
    const struct scalar scalar = scalar_begin(info, input, output);
    bool *results = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (text)
            results[row] = check(text, length, numbers);
    }
}

static void check_finite(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    check_rows(info, input, output, false);
}

static void check_kept(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    check_rows(info, input, output, true);
}

bool jsoncheck_register(duckdb_connection connection)
{
    static const struct scalar_function functions[] = {
        {"__sqlflow_finite", "", DUCKDB_TYPE_BOOLEAN, check_finite, NULL},
        {"__sqlflow_kept", "", DUCKDB_TYPE_BOOLEAN, check_kept, NULL},
    };
    return scalar_register(connection, &functions[0]) && scalar_register(connection, &functions[1]);
}
