/* SPDX-License-Identifier: BSD-2-Clause
 *
 * symbols.c - which numbers are named, and by which names others are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"
#include "view/symbols.h"

#define X_ STORY_X
#define Y_ STORY_Y

struct both {
	struct view_space left, right;
};

static void
left_sends(struct both *both, uint8_t flags, uint32_t seq, uint32_t ack,
    uint32_t text)
{
	symbols_learn(&both->left, &both->right, SIDE_LEFT,
	    &(struct estab_record){ .flags = flags,
	        .seq = seq,
	        .ack = ack,
	        .text_bytes = text });
}

static void
right_sends(struct both *both, uint8_t flags, uint32_t seq, uint32_t ack)
{
	symbols_learn(&both->right, &both->left, SIDE_RIGHT,
	    &(struct estab_record){ .flags = flags, .seq = seq, .ack = ack });
}

static struct both
opened(void)
{
	struct both both = { .left.count = 0 };

	left_sends(&both, ESTAB_SYN, X_, 0, 0);
	right_sends(&both, ESTAB_SYN | ESTAB_ACK, Y_, X_ + 1);
	return both;
}

static void
check_told(const struct view_space *space, uint32_t number, unsigned use,
    const char *expected)
{
	struct text text;

	text_clear(&text);
	symbols_express(&text, space, number, use);
	assert_string_equal(text.byte, expected);
}

static void
numbers_are_told_by_the_nearest_symbol(void **unused)
{
	const struct both both = opened();

	(void)unused;
	check_told(&both.left, X_, SYMBOLS_ALL, "x");
	check_told(&both.left, X_ + 1461, SYMBOLS_ALL, "x+1461");
	check_told(&both.left, X_ - 1, SYMBOLS_ALL, "x-1");
	check_told(&both.left, X_ - 70000, SYMBOLS_ALL, "930000");
	check_told(&both.left, X_, SYMBOLS_NONE, "1000000");
	/* y is the last number there is. */
	check_told(&both.right, 0, SYMBOLS_ALL, "y+1");
	check_told(&both.right, 999, SYMBOLS_ALL, "y+1000");
}

static void
a_fin_is_counted_behind_its_text(void **unused)
{
	struct both both = opened();

	(void)unused;
	left_sends(&both, ESTAB_FIN | ESTAB_ACK, X_ + 1, Y_ + 1, 50);
	check_told(&both.left, X_ + 51, SYMBOLS_ALL, "u");
	check_told(&both.left, X_ + 52, SYMBOLS_ALL, "u+1");
	/* The same FIN again is the same number. */
	left_sends(&both, ESTAB_FIN | ESTAB_ACK, X_ + 21, Y_ + 1, 30);
	assert_int_equal(both.left.count, 2);
}

static void
v_is_where_b_stands_when_it_acknowledges_u(void **unused)
{
	struct both both = opened();
	const uint32_t u = X_ + 1;

	(void)unused;
	left_sends(&both, ESTAB_FIN | ESTAB_ACK, u, Y_ + 1, 0);
	right_sends(&both, ESTAB_ACK, Y_ + 1, u); /* not of the FIN */
	assert_int_equal(both.right.count, 1);
	right_sends(&both, ESTAB_ACK, Y_ + 101, u + 1);
	check_told(&both.right, Y_ + 101, SYMBOLS_ALL, "v");
	right_sends(&both, ESTAB_ACK, Y_ + 201, u + 1); /* only the first */
	check_told(&both.right, Y_ + 201, SYMBOLS_ALL, "v+100");
	right_sends(&both, ESTAB_FIN | ESTAB_ACK, Y_ + 301, u + 1);
	check_told(&both.right, Y_ + 302, SYMBOLS_ALL, "w+1");
}

static void
ack_and_fin_in_one_segment_need_no_v(void **unused)
{
	struct both both = opened();

	(void)unused;
	left_sends(&both, ESTAB_FIN | ESTAB_ACK, X_ + 1, Y_ + 1, 0);
	right_sends(&both, ESTAB_FIN | ESTAB_ACK, Y_ + 1, X_ + 2);
	right_sends(&both, ESTAB_ACK, Y_ + 2, X_ + 2);
	assert_int_equal(both.right.count, 2);
	assert_string_equal(both.right.symbol[1].name, "w");
}

static void
a_second_connection_has_primes(void **unused)
{
	struct both both = opened();

	(void)unused;
	left_sends(&both, ESTAB_SYN, X_ + 5000, 0, 0);
	left_sends(&both, ESTAB_SYN, X_ + 5000, 0, 0);
	check_told(&both.left, X_ + 5001, SYMBOLS_ALL, "x'+1");
	check_told(&both.left, X_ + 4999, SYMBOLS_ALL, "x+4999");
	for (uint32_t n = 0; n < 20; n++)
		left_sends(&both, ESTAB_SYN, X_ + 10000 + n, 0, 0);
	assert_int_equal(both.left.count, VIEW_SYMBOLS_MAX);
}

/* Where no text goes between, x+1 is u and y+1 is v and w: each segment is
 * named by what it could know, whenever it is asked for. */
static void
a_segment_keeps_its_name(void **unused)
{
	static const struct {
		enum side side;
		uint8_t flags;
		uint32_t seq, ack;
		const char *told;
	} row[] = {
		{ SIDE_LEFT, ESTAB_SYN, X_, 0, "x" },
		{ SIDE_RIGHT, ESTAB_SYN | ESTAB_ACK, Y_, X_ + 1, "y x+1" },
		{ SIDE_LEFT, ESTAB_ACK, X_ + 1, Y_ + 1, "x+1 y+1" },
		{ SIDE_LEFT, ESTAB_FIN | ESTAB_ACK, X_ + 1, Y_ + 1, "u y+1" },
		{ SIDE_RIGHT, ESTAB_ACK, Y_ + 1, X_ + 2, "v u+1" },
		{ SIDE_RIGHT, ESTAB_FIN | ESTAB_ACK, Y_ + 1, X_ + 2, "w u+1" },
		{ SIDE_LEFT, ESTAB_ACK, X_ + 2, Y_ + 2, "u+1 w+1" },
	};
	struct both both = opened();

	(void)unused;
	left_sends(&both, ESTAB_FIN | ESTAB_ACK, X_ + 1, Y_ + 1, 0);
	right_sends(&both, ESTAB_ACK, Y_ + 1, X_ + 2);
	right_sends(&both, ESTAB_FIN | ESTAB_ACK, Y_ + 1, X_ + 2);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		const bool left = row[i].side == SIDE_LEFT;
		const struct view_space *own = left ? &both.left : &both.right;
		const struct view_space *peer = left ? &both.right : &both.left;
		const struct estab_record segment = { .flags = row[i].flags,
			.seq = row[i].seq,
			.ack = row[i].ack };
		const unsigned use =
		    symbols_for(own, peer, row[i].side, &segment);
		struct text text;

		text_clear(&text);
		symbols_express(&text, own, row[i].seq, use);
		if ((row[i].flags & ESTAB_ACK) != 0)
			symbols_express(text_add(&text, " "), peer, row[i].ack,
			    use & ~SYMBOLS_AT_FIN);
		assert_string_equal(text.byte, row[i].told);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_told_by_the_nearest_symbol),
		cmocka_unit_test(a_fin_is_counted_behind_its_text),
		cmocka_unit_test(v_is_where_b_stands_when_it_acknowledges_u),
		cmocka_unit_test(ack_and_fin_in_one_segment_need_no_v),
		cmocka_unit_test(a_second_connection_has_primes),
		cmocka_unit_test(a_segment_keeps_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
