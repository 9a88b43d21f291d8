/* SPDX-License-Identifier: Apache-2.0 */
/* Linked like the program, does nothing: what a start costs at the least. */
int main(void)
{
    return 0;
}
