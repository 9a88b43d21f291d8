/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    puts("sqlflow " SQLFLOW_VERSION);
    return EXIT_SUCCESS;
}
