/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, as the client needs them itself. */
#pragma once

#include "connect/http/client.h"

/* Where a redirection leads: `location`, which may be relative, seen from `address`. NULL: it is no
 * address. The caller's. */
char *address_resolve(const char *address, const char *location);

/* From https to http. */
bool address_is_downgrade(const char *address, const char *other);
