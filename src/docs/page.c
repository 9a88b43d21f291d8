/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/page.h"

#include "base/embedded.h"
#include "docs/look.h"

#include <string.h>

static const char *find_file(const char *name)
{
    for (const struct embedded_file *file = embedded_page; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file->data;
    g_assert_not_reached();
}

/* A dark look keeps the hue: the line's own colour, on the dark surface and towards white. */
static void write_look(const char *class, const char *name, const struct look *look, GString *out)
{
    g_string_append_printf(out, ".%s-%s { --fill: %s; --line: %s; }\n", class, name, look->fill,
                           look->line);
    g_string_append_printf(out,
                           ":root[data-theme=\"dark\"] .%s-%s { --fill: color-mix(in srgb, %s 26%%,"
                           " #161c26); --line: color-mix(in srgb, %s 45%%, #fff); }\n",
                           class, name, look->line, look->line);
}

/* Files of one kind as one, in the order in which the build names them. */
static void append_files(GString *out, const char *extension)
{
    for (const struct embedded_file *file = embedded_page; file->name; file++)
        if (g_str_has_suffix(file->name, extension))
            g_string_append(out, file->data);
}

static char *make_style(void)
{
    GString *out = g_string_new(NULL);
    append_files(out, ".css");
    for (enum node_kind kind = NODE_SOURCE; kind < NODE_KIND_COUNT; kind++)
        write_look("kind", node_kind_name(kind), look_of_kind(kind), out);
    for (enum step_status status = STEP_PENDING; status < STEP_STATUS_COUNT; status++)
        write_look("state", step_status_name(status), look_of_status(status), out);
    return g_string_free(out, FALSE);
}

/* One scope for all of them, which is none of the page's. */
static char *make_script(void)
{
    GString *out = g_string_new("\"use strict\";\n(() => {\n");
    append_files(out, ".js");
    g_string_append(out, "})();\n");
    return g_string_free(out, FALSE);
}

/* 'sha256-..', by which a policy knows an element's content. */
static void append_hash(GString *out, const char *content)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)content, (gssize)strlen(content));
    g_checksum_get_digest(checksum, digest, &length);
    g_autofree char *base64 = g_base64_encode(digest, length);
    g_string_append_printf(out, "'sha256-%s'", base64);
}

static char *make_policy(const char *style, const char *script)
{
    GString *out = g_string_new("default-src 'none'; img-src data:; style-src ");
    append_hash(out, style);
    g_string_append(out, "; script-src ");
    append_hash(out, script);
    return g_string_free(out, FALSE);
}

/* In JSON a '<' is always inside a string. Without it no text ends the element around it. */
static char *escape_model(const char *model)
{
    GString *out = g_string_new(model);
    g_string_replace(out, "<", "\\u003c", 0);
    return g_string_free(out, FALSE);
}

void page_write(const char *model, GString *out)
{
    g_autofree char *style = make_style();
    g_autofree char *script = make_script();
    g_autofree char *policy = make_policy(style, script);
    g_autofree char *data = escape_model(model);
    const struct {
        const char *name;
        const char *content;
    } parts[] = {{"policy", policy}, {"style", style}, {"model", data}, {"script", script}};
    g_auto(GStrv) pieces = g_strsplit(find_file("page.html"), "{{", -1);
    g_string_append(out, pieces[0]);
    for (char **piece = pieces + 1; *piece; piece++) {
        const char *end = strstr(*piece, "}}");
        for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
            if (strncmp(*piece, parts[i].name, (gsize)(end - *piece)) == 0)
                g_string_append(out, parts[i].content);
        g_string_append(out, end + strlen("}}"));
    }
}
