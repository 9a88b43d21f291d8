/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles and `.env`. */
#include "fuzz.h"

#include "project/dotenv.h"
#include "project/mask.h"
#include "project/profile.h"

#include <string.h>

static void read_dotenv(const struct text *text, GHashTable *environment)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    dotenv_parse(text, environment, diagnostics);
    fuzz_render(diagnostics);
}

static void check_value(const struct value *value, const struct text *text)
{
    g_assert(value->span.text == text && value->span.offset + value->span.length <= text->length);
    for (guint i = 0; value->kind == VALUE_LIST && i < value->items->len; i++)
        check_value(value->items->pdata[i], text);
    for (guint i = 0; value->kind == VALUE_MAP && i < value->members->len; i++)
        check_value(((struct member *)value->members->pdata[i])->value, text);
}

static void read_profile(const struct text *text, GHashTable *environment)
{
    char root[] = "/project";
    struct project project = {.root = root, .is_project = true, .environment = environment};
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(profile) profile = profile_parse(&project, "dev", text, diagnostics);
    g_assert((profile != NULL) == (diagnostics_errors(diagnostics) == 0));
    if (profile)
        check_value(profile->root, profile->text);
    fuzz_render(diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(text) text = text_new("fuzz.yml", (const char *)data, size, NULL);
    if (!text)
        return 0;
    g_autoptr(GHashTable) environment =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    read_dotenv(text, environment);
    read_profile(text, environment);
    return 0;
}
