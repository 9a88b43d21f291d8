/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codes.h"

#include "base/diagnostics.h"

static const struct code_info codes[] = {
#define X(code_name, number, code_severity, code_title)                                            \
    {.code = SF_##code_name,                                                                       \
     .name = #code_name,                                                                           \
     .severity = SEVERITY_##code_severity,                                                         \
     .title = code_title},
    DIAGNOSTIC_CODES(X)
#undef X
        {.code = 0}};

const struct code_info *code_table(void)
{
    return codes;
}

const struct code_info *code_info(enum code code)
{
    for (const struct code_info *info = codes; info->code; info++)
        if (info->code == code)
            return info;
    return NULL;
}
