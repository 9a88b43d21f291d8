/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The address in a header `Link` (RFC 8288) whose relation is `next`: of
 * `<https://..>; rel="prev", <https://..>; rel="next"` the second. NULL: there is none. The
 * caller's. */
char *link_next(const char *value);
