/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of IF, evaluated and only parsed. */
#include "fuzz.h"

#include "lang/condition.h"

static struct variables *make_variables(void)
{
    static const char *const pairs[][2] = {
        {"a", "eu"}, {"n", "9"}, {"z", "00501"}, {"t", "true"}, {"f", "false"}, {"l", "a, 'b,c',3"},
    };
    struct variables *variables = variables_new();
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        variables_set(variables, ORIGIN_SET, pairs[i][0], pairs[i][1], (struct span){0});
    return variables;
}

static bool try(struct span condition, bool is_evaluated, bool *out_holds)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(variables) variables = make_variables();
    bool good = is_evaluated ? condition_evaluate(condition, variables, diagnostics, out_holds)
                             : condition_check(condition, variables, diagnostics);
    g_assert(good == (diagnostics_count(diagnostics) == 0));
    fuzz_render(diagnostics);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("fuzz.sf", (const char *)data, size, &error);
    if (!text)
        return 0;
    struct span condition = {.text = text, .length = (guint32)text->length};
    bool holds = false;
    bool again = false;
    bool good = try(condition, true, &holds);
    /* What can be evaluated can be parsed, and has one outcome. */
    g_assert(!good || try(condition, false, &again));
    g_assert(good == try(condition, true, &again));
    g_assert(holds == again && (good || !holds));
    return 0;
}
