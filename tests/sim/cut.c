/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A super-segment and the segments it is cut into.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "making.h"
#include "sim/cut.h"

static uint8_t packet[66000], text[66000];

static const struct segment form = {
	.from_port = 1025,
	.to_port = 80,
	.seq = 0xfffffff0, /* wraps on the way */
	.ack = 77,
	.wnd = 0x1234,
	.has_ack = true,
	.options = { .has_ts = true, .tsval = 5, .tsecr = 6 },
};

static void
check_segment(const struct segment *s, const struct segment *super,
    uint32_t done, bool first, bool last)
{
	assert_int_equal(s->seq, (uint32_t)(super->seq + done));
	assert_int_equal(s->ack, 77);
	assert_int_equal(s->wnd, 0x1234);
	assert_true(s->has_ack && !s->syn && !s->rst && !s->urg);
	assert_int_equal(s->fin, super->fin && last);
	assert_int_equal(s->psh, super->psh && last);
	assert_int_equal(s->cwr, super->cwr && first);
	assert_int_equal(s->ece, super->ece);
	assert_true(s->options.has_ts);
	assert_int_equal(s->options.tsval, 5);
	assert_int_equal(s->options.tsecr, 6);
}

/* Cut text_len bytes into segments; all of them are right, and together they
 * are the super-segment. */
static void
cut_and_check(uint8_t version, struct segment super, uint32_t text_len,
    uint32_t segment_bytes)
{
	struct cut cut;
	struct ip_packet ip;
	struct segment s;
	uint8_t *at;
	uint32_t bytes, done = 0, count = 0;

	super.text_len = text_len;
	bytes = made_packet(packet, version, 1, 2, &super);
	assert_true(cut_begin(&cut, packet, bytes, segment_bytes));
	while ((bytes = cut_next(&cut, packet, &at)) > 0) {
		assert_true(is_intact(at, bytes, &ip, &s));
		assert_true(s.text_len > 0 && s.text_len <= segment_bytes);
		check_segment(&s, &super, done, done == 0,
		    done + s.text_len == text_len);
		assert_int_equal(ip.ttl, 64);
		if (version == 4) {
			assert_true(ip.dont_fragment);
			assert_int_equal(ip.id, (uint16_t)(0xfffe + count));
		}
		made_text(text, super.seq + done, s.text_len);
		assert_memory_equal(at + bytes - s.text_len, text, s.text_len);
		memset(at, 0x5a, bytes); /* ours: nobody reads it again */
		done += s.text_len;
		count++;
	}
	assert_int_equal(done, text_len);
	assert_int_equal(count, (text_len + segment_bytes - 1) / segment_bytes);
	assert_int_equal(count, cut_count(&cut));
}

static void
segments_of_every_size_make_up_the_whole(void **unused)
{
	static const uint32_t sizes[] = { 1, 2, 7, 51, 52, 53, 536, 1447, 1448,
		1460, 9000 };

	(void)unused;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (uint8_t version = 4; version <= 6; version += 2) {
			cut_and_check(version, form, sizes[i] + 1, sizes[i]);
			cut_and_check(version, form, 5 * sizes[i], sizes[i]);
			cut_and_check(version, form, 5 * sizes[i] + 1,
			    sizes[i]);
		}
}

static void
the_largest_packet_can_be_cut(void **unused)
{
	(void)unused;
	cut_and_check(4, form, 65535 - 52, 1448);
	cut_and_check(6, form, 65535 - 32, 1428);
}

static void
fin_and_push_stand_last_and_cwr_first(void **unused)
{
	struct segment super = form;

	(void)unused;
	super.fin = super.psh = super.cwr = super.ece = true;
	cut_and_check(4, super, 4000, 1448);
	cut_and_check(6, super, 4000, 1448);
}

static void
what_is_no_super_segment_is_not_cut(void **unused)
{
	struct segment super = form;
	struct cut cut;
	uint32_t bytes;

	(void)unused;
	super.text_len = 1448;
	bytes = made_packet(packet, 4, 1, 2, &super);
	assert_false(cut_begin(&cut, packet, bytes, 1448));
	assert_false(cut_begin(&cut, packet, bytes, 0));
	assert_true(cut_begin(&cut, packet, bytes, 1447));
	assert_false(cut_begin(&cut, packet, 51, 10));
	packet[9] = IP_PROTOCOL_UDP;
	assert_false(cut_begin(&cut, packet, bytes, 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_of_every_size_make_up_the_whole),
		cmocka_unit_test(the_largest_packet_can_be_cut),
		cmocka_unit_test(fin_and_push_stand_last_and_cwr_first),
		cmocka_unit_test(what_is_no_super_segment_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
