/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "connect/rest/api.h"

/* Where the options (and the destination of an export) lead, params and all. NULL: ERROR_USAGE. */
char *address_of_call(const struct sqlflow_call *call, GError **error);
