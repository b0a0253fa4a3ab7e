/* SPDX-License-Identifier: BSD-2-Clause
 *
 * beside.c - two worlds that differ in one thing, one under the other, and
 * what the difference was.
 */
#include "view/text.h"

static void
heading(const struct view_out *out, const struct view_style *style,
    const char *text)
{
	const char *rule = style->ascii ? "==" : "\342\224\201\342\224\201";

	out_text(out, style->colour ? "\033[0;1m" : "");
	out_text(out, rule);
	out_text(out, " ");
	out_text(out, text);
	out_text(out, " ");
	out_text(out, rule);
	out_text(out, style->colour ? "\033[0m\n" : "\n");
}

static void
draw_world(const struct view_out *out, const struct view_style *style,
    const struct view_world *world)
{
	struct view_ladder *ladder =
	    view_ladder_new(out, style, world->hosts, world->host_count);
	const struct estab_trace *trace = world->trace;

	if (ladder == NULL)
		return;
	heading(out, style, world->heading);
	for (uint64_t n = 0; n < trace->written; n++) {
		const struct estab_record *record = estab_trace_get(trace, n);

		if (record != NULL)
			view_ladder_record(ladder, record);
	}
	view_ladder_end(ladder);
	view_ladder_free(ladder);
}

void
view_beside(const struct view_out *out, const struct view_style *style,
    const struct view_world *first, const struct view_world *second,
    const char *closing)
{
	draw_world(out, style, first);
	out_text(out, "\n");
	draw_world(out, style, second);
	out_text(out, "\n");
	view_wrap(out, closing, style->columns == 0 ? 100 : style->columns, 0);
}
