/* SPDX-License-Identifier: BSD-2-Clause
 *
 * comment.c - what a capture file says beside a packet: what the host made of
 * it, and which states that changed.
 */
#include "view/text.h"
#include "view/words.h"

/* "ESTABLISHED -> CLOSE-WAIT: " */
static void
add_states(struct text *text, const struct estab_record *record)
{
	if (record->before == record->after)
		return;
	text_add(text, estab_state_name((enum estab_state)record->before));
	text_add(text, " -> ");
	text_add(text, estab_state_name((enum estab_state)record->after));
	text_add(text, ": ");
}

void
view_comment(struct view_comment *comment, const struct estab_record *record)
{
	const enum estab_reason reason = (enum estab_reason)record->reason;
	struct text text;
	uint32_t n;

	if (reason == ESTAB_REASON_NONE ||
	    (reason == comment->reason && record->type != ESTAB_RECORD_STATE))
		return;
	text_clear(&text);
	if (comment->who != 0)
		text_add(&text, (const char[]){ comment->who, ':', ' ', '\0' });
	if (record->type == ESTAB_RECORD_STATE)
		add_states(&text, record);
	words_reason(&text, reason, false);
	n = text.n + (comment->bytes > 0);
	if (comment->bytes + n >= sizeof comment->text)
		return;
	comment->reason = record->reason;
	if (comment->bytes > 0)
		comment->text[comment->bytes++] = '\n';
	for (const char *from = text.byte; *from != '\0'; from++) {
		/* A blank that must not break is two bytes; files take one. */
		const bool hard =
		    from[0] == TEXT_NO_BREAK[0] && from[1] == TEXT_NO_BREAK[1];

		comment->text[comment->bytes] = *from;
		if (hard)
			comment->text[comment->bytes] = ' ';
		comment->bytes++;
		from += hard;
	}
	comment->text[comment->bytes] = '\0';
}
