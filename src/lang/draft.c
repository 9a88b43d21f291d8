/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/draft.h"

void draft_init(struct draft *draft, struct span source)
{
    *draft = (struct draft){
        .text = g_string_sized_new(source.length),
        .pieces = g_array_new(FALSE, FALSE, sizeof(struct piece)),
        .source = source,
        .copied = source.offset,
    };
}

void draft_copy(struct draft *draft, gsize end)
{
    if (end > draft->copied)
        g_string_append_len(draft->text, draft->source.text->data + draft->copied,
                            (gssize)(end - draft->copied));
    draft->copied = MAX(draft->copied, end);
}

void draft_replace(struct draft *draft, struct span what, const char *text, gsize length)
{
    draft_copy(draft, what.offset);
    struct piece piece = {.at = draft->text->len, .length = length, .span = what};
    g_array_append_val(draft->pieces, piece);
    g_string_append_len(draft->text, text, (gssize)length);
    draft->copied = what.offset + what.length;
}

void draft_finish(struct draft *draft, struct fragment *fragment)
{
    draft_copy(draft, draft->source.offset + draft->source.length);
    fragment->length = draft->text->len;
    fragment->text = g_string_free(draft->text, FALSE);
    fragment->pieces = g_steal_pointer(&draft->pieces);
    draft->text = NULL;
}
