/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libgvc is not linked: it brings half a hundred libraries that nobody needs who draws no pictures.
 * The declarations are those of graphviz 2.42 to 12, whose calls here are the same.
 */
#include "docs/graphviz.h"

#include "base/error.h"

#include <gmodule.h>
#include <stdlib.h>

struct graphviz {
    void *context;
    GModule *module;
    void *(*context_new)(void);
    int (*context_free)(void *context);
    void *(*read)(const char *dot);
    int (*close)(void *graph);
    int (*layout)(void *context, void *graph, const char *engine);
    int (*layout_free)(void *context, void *graph);
    int (*render)(void *context, void *graph, const char *format, char **out, unsigned *out_length);
    void (*render_free)(char *data);
    int (*set_reporting)(int level); /* messages below the level aren't printed */
    char *(*last_message)(void);
};

enum { REPORT_NOTHING = 2 }; /* AGMAX */

static const char *const file_names[] = {"libgvc.so.6", "libgvc.so.7", "libgvc.6.dylib",
                                         "libgvc.dylib"};

static bool open_module(struct graphviz *library, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(file_names) && !library->module; i++)
        library->module = g_module_open(file_names[i], G_MODULE_BIND_LOCAL);
    if (library->module)
        return true;
    const struct error_details details = {
        .position = -1,
        .suggestion = (char[]){"install it (Debian: libgvc6), or write --format dot"},
    };
    error_set_full(error, ERROR_SYSTEM, &details,
                   "pictures are drawn by Graphviz's library, which isn't installed");
    return false;
}

static bool find_symbols(struct graphviz *library, GError **error)
{
    const struct {
        const char *name;
        gpointer *place;
    } symbols[] = {
        {"gvContext", (gpointer *)&library->context_new},
        {"gvFreeContext", (gpointer *)&library->context_free},
        {"agmemread", (gpointer *)&library->read},
        {"agclose", (gpointer *)&library->close},
        {"gvLayout", (gpointer *)&library->layout},
        {"gvFreeLayout", (gpointer *)&library->layout_free},
        {"gvRenderData", (gpointer *)&library->render},
        {"gvFreeRenderData", (gpointer *)&library->render_free},
        {"agseterr", (gpointer *)&library->set_reporting},
        {"aglasterr", (gpointer *)&library->last_message},
    };
    for (guint i = 0; i < G_N_ELEMENTS(symbols); i++) {
        if (!g_module_symbol(library->module, symbols[i].name, symbols[i].place)) {
            error_set(error, ERROR_SYSTEM, "Graphviz's library has no %s", symbols[i].name);
            return false;
        }
    }
    return true;
}

/* Why it failed, in the library's own words. */
static void fail(const struct graphviz *library, const char *what, const char *format,
                 GError **error)
{
    char *message = library->last_message();
    error_set(error, ERROR_SYSTEM, "Graphviz can't %s %s%s%s", what, format, message ? ": " : "",
              message ? g_strstrip(message) : "");
    free(message); /* NOLINT: the library's own */
}

static GBytes *render(const struct graphviz *library, void *graph, const char *format,
                      GError **error)
{
    char *data = NULL;
    unsigned length = 0;
    if (library->layout(library->context, graph, "dot") != 0) {
        fail(library, "lay out a graph for", format, error);
        return NULL;
    }
    GBytes *bytes = NULL;
    if (library->render(library->context, graph, format, &data, &length) == 0 && data && length > 0)
        bytes = g_bytes_new(data, length);
    else
        fail(library, "draw", format, error);
    if (data)
        library->render_free(data);
    library->layout_free(library->context, graph);
    return bytes;
}

GBytes *graphviz_render(const struct graphviz *library, const char *dot, const char *format,
                        GError **error)
{
    void *graph = library->read(dot);
    if (!graph) {
        fail(library, "read the graph for", format, error);
        return NULL;
    }
    GBytes *bytes = render(library, graph, format, error);
    library->close(graph);
    return bytes;
}

struct graphviz *graphviz_open(GError **error)
{
    struct graphviz *library = g_new0(struct graphviz, 1);
    if (open_module(library, error) && find_symbols(library, error)) {
        library->set_reporting(REPORT_NOTHING);
        library->context = library->context_new();
        return library;
    }
    g_free(library);
    return NULL;
}

void graphviz_close(struct graphviz *library)
{
    if (!library)
        return;
    /* The module is left loaded: fontconfig and others don't take being unloaded. */
    library->context_free(library->context);
    g_free(library);
}
