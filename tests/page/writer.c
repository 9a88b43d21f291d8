/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a model from stdin and writes its page to stdout, so that tests can make any page. */
#include "docs/page.h"

#include <stdio.h>

int main(void)
{
    g_autoptr(GString) model = g_string_new(NULL);
    g_autoptr(GString) page = g_string_new(NULL);
    char block[65536];
    for (size_t length; (length = fread(block, 1, sizeof block, stdin)) > 0;)
        g_string_append_len(model, block, (gssize)length);
    page_write(model->str, page);
    return fwrite(page->str, 1, page->len, stdout) == page->len ? 0 : 1;
}
