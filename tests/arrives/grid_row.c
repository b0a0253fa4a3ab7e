/* SPDX-License-Identifier: BSD-2-Clause
 *
 * grid_row.c - one segment by hand, from every origin.
 */
#include "grid.h"
#include "place.h"

void
grid_watch(struct mould *m, const struct mould_setting *setting,
    struct bench *b, const struct grid_row *row, struct seen *seen)
{
	const struct segment seg = mould_segment(m, setting, row->flags,
	    m->known.rcv_nxt + (uint32_t)row->seq,
	    m->known.snd_una + (uint32_t)row->ack, row->text_len);

	judge_watch(b, m, &seg, seen);
	if (b->fault != NULL)
		print_error("%s\n", b->fault);
	assert_null(b->fault);
}

static bool
row_matches(const struct mould *m, const struct grid_row *row,
    const struct seen *seen)
{
	const struct estab_status *s = &seen->after;
	const int32_t taken = (int32_t)(s->rcv_nxt - m->known.rcv_nxt);
	const int32_t acked = (int32_t)(s->snd_una - m->known.snd_una);

	if (s->state != row->after || seen->control_count > 1 ||
	    (seen->reply & row->replies) == 0 || seen->error != row->error) {
		print_error("%s v%d: state %s, reply %#x, error %d\n",
		    estab_state_name(m->known.state), m->bench->family,
		    estab_state_name(s->state), seen->reply, seen->error);
		return false;
	}
	if (s->kind != ESTAB_KIND_TCB || s->state == ESTAB_SYN_SENT ||
	    (taken == row->taken && acked == row->acked))
		return true;
	print_error("%s v%d: RCV.NXT%+d SND.UNA%+d\n",
	    estab_state_name(m->known.state), m->bench->family, (int)taken,
	    (int)acked);
	return false;
}

void
grid_row(enum estab_state state, const struct grid_row *row)
{
	static const struct mould_setting plain = { .name = "plain" };
	const struct mould_setting *setting =
	    row->setting != NULL ? row->setting : &plain;
	struct mould m;
	struct seen seen;
	bool as_expected;

	for (size_t i = 0; i < place_origin_count; i++) {
		mould_make(&m, setting, state, place_origins[i].family,
		    place_origins[i].base, place_origins[i].irs);
		grid_watch(&m, setting, m.bench, row, &seen);
		as_expected = row_matches(&m, row, &seen);
		mould_break(&m);
		assert_true(as_expected);
	}
}
