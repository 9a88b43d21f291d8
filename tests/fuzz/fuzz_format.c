/* SPDX-License-Identifier: Apache-2.0 */
/* Any text that can be laid out stays when laid out again, and gives the same plan. */
#include "../unit/format_check.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *sf = g_strndup((const char *)data, size);
    if (strlen(sf) == size && g_utf8_validate(sf, (gssize)size, NULL))
        format_check("/nowhere", "a.sf", sf);
    return 0;
}
