/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "connect/format/format.h"

extern const struct option csv_options[];
