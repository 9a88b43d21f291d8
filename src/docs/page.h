/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documentation as one HTML page: everything is inside, so it opens from disk, and it asks no
 * network. Its parts are in page/; what it shows is the document of docs/docs-model.md, which the
 * page's own script reads.
 *
 * Invariant: nothing of the model is ever markup or script. It stands in the page as JSON without a
 * '<', and a policy in the page lets no script run but the page's own.
 */
#pragma once

#include <glib.h>

/* `model` is a document sqlflow.docs/1. The same model gives the same page. */
void page_write(const char *model, GString *out);
