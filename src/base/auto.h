/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `AUTO(noun) x = noun_new();` frees x with its own free function at the end of the scope, as
 * g_autoptr does for typedefs (structs have none here).
 */
#pragma once

#include <glib.h>

#define DEFINE_AUTO(noun, free_function)                                                           \
    static inline void noun##_auto_cleanup(struct noun **pointer)                                  \
    {                                                                                              \
        if (*pointer)                                                                              \
            free_function(*pointer);                                                               \
    }                                                                                              \
    struct noun

#define AUTO(noun) __attribute__((cleanup(noun##_auto_cleanup))) struct noun *
