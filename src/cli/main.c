/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <locale.h>

int main(int argc, char **argv)
{
    (void)argc;
    setlocale(LC_CTYPE, ""); /* NOLINT(concurrency-mt-unsafe): there is no other thread yet */
    exit_on_crash();
    return (int)command_main(argv);
}
