/* SPDX-License-Identifier: BSD-2-Clause
 *
 * plan.c - the drawing of RFC 9293 figure 5 and its note 2: SYN-RECEIVED and
 * what comes of an active close at the left, SYN-SENT and a passive close at
 * the right, what both share in the middle.
 */
#include "view/plan.h"

const struct path plan_path[PLAN_PATHS] = {
	{ ESTAB_CLOSED, ESTAB_LISTEN, WORD_PASSIVE_OPEN, ALIGN_RIGHT, { 42, 4 },
	    2, { { 44, 3 }, { 44, 5 } } },
	{ ESTAB_LISTEN, ESTAB_CLOSED, WORD_CLOSE, ALIGN_LEFT, { 50, 4 }, 2,
	    { { 48, 5 }, { 48, 3 } } },
	{ ESTAB_CLOSED, ESTAB_SYN_SENT, WORD_ACTIVE_OPEN, ALIGN_CENTRE,
	    { 72, 1 }, 3, { { 58, 1 }, { 88, 1 }, { 88, 11 } } },
	{ ESTAB_SYN_SENT, ESTAB_CLOSED, WORD_CLOSE, ALIGN_CENTRE, { 69, 4 }, 4,
	    { { 82, 11 }, { 82, 4 }, { 56, 4 }, { 56, 3 } } },
	{ ESTAB_LISTEN, ESTAB_SYN_RECEIVED, WORD_RCV_SYN, ALIGN_CENTRE,
	    { 31, 10 }, 4, { { 45, 9 }, { 45, 10 }, { 17, 10 }, { 17, 11 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_LISTEN, WORD_RCV_RST, ALIGN_CENTRE,
	    { 26, 7 }, 3, { { 11, 11 }, { 11, 7 }, { 41, 7 } } },
	{ ESTAB_LISTEN, ESTAB_SYN_SENT, WORD_SEND_SYN, ALIGN_CENTRE, { 67, 10 },
	    4, { { 55, 9 }, { 55, 10 }, { 80, 10 }, { 80, 11 } } },
	{ ESTAB_SYN_SENT, ESTAB_SYN_RECEIVED, WORD_RCV_SYN, ALIGN_CENTRE,
	    { 50, 13 }, 2, { { 77, 13 }, { 22, 13 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_ESTABLISHED, WORD_RCV_ACK_OF_SYN,
	    ALIGN_CENTRE, { 31, 16 }, 4,
	    { { 17, 15 }, { 17, 16 }, { 46, 16 }, { 46, 17 } } },
	{ ESTAB_SYN_SENT, ESTAB_ESTABLISHED, WORD_RCV_SYN_ACK, ALIGN_CENTRE,
	    { 69, 16 }, 4, { { 83, 15 }, { 83, 16 }, { 54, 16 }, { 54, 17 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_FIN_WAIT_1, WORD_CLOSE_FIN, ALIGN_LEFT,
	    { 12, 19 }, 2, { { 10, 15 }, { 10, 23 } } },
	{ ESTAB_ESTABLISHED, ESTAB_FIN_WAIT_1, WORD_CLOSE_FIN, ALIGN_CENTRE,
	    { 31, 22 }, 4, { { 46, 21 }, { 46, 22 }, { 17, 22 }, { 17, 23 } } },
	{ ESTAB_ESTABLISHED, ESTAB_CLOSE_WAIT, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 69, 22 }, 4, { { 54, 21 }, { 54, 22 }, { 83, 22 }, { 83, 23 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_FIN_WAIT_2, WORD_RCV_ACK_OF_FIN, ALIGN_LEFT,
	    { 14, 30 }, 2, { { 12, 29 }, { 12, 31 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_CLOSING, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 37, 25 }, 3, { { 22, 25 }, { 51, 25 }, { 51, 31 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_TIME_WAIT, WORD_RCV_FIN_ACK, ALIGN_LEFT,
	    { 34, 35 }, 5,
	    { { 22, 27 }, { 32, 27 }, { 32, 36 }, { 45, 36 }, { 45, 37 } } },
	{ ESTAB_FIN_WAIT_2, ESTAB_TIME_WAIT, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 28, 39 }, 3, { { 14, 35 }, { 14, 39 }, { 41, 39 } } },
	{ ESTAB_CLOSING, ESTAB_TIME_WAIT, WORD_RCV_ACK_OF_FIN, ALIGN_LEFT,
	    { 58, 36 }, 2, { { 56, 35 }, { 56, 37 } } },
	{ ESTAB_CLOSE_WAIT, ESTAB_LAST_ACK, WORD_CLOSE_FIN, ALIGN_LEFT,
	    { 88, 29 }, 2, { { 86, 27 }, { 86, 31 } } },
	{ ESTAB_LAST_ACK, ESTAB_CLOSED, WORD_RCV_ACK_OF_FIN, ALIGN_RIGHT,
	    { 84, 36 }, 2, { { 86, 35 }, { 86, 37 } } },
	{ ESTAB_TIME_WAIT, ESTAB_CLOSED, WORD_TWO_MSL, ALIGN_CENTRE, { 68, 39 },
	    2, { { 58, 39 }, { 77, 39 } } },
};

const struct box plan_box[PLAN_BOXES] = {
	{ ESTAB_CLOSED, 42, 0, 3 },
	{ ESTAB_LISTEN, 42, 6, 3 },
	{ ESTAB_SYN_RECEIVED, 6, 12, 3 },
	{ ESTAB_SYN_SENT, 78, 12, 3 },
	{ ESTAB_ESTABLISHED, 42, 18, 3 },
	{ ESTAB_FIN_WAIT_1, 6, 24, 5 },
	{ ESTAB_CLOSE_WAIT, 78, 24, 3 },
	{ ESTAB_FIN_WAIT_2, 6, 32, 3 },
	{ ESTAB_CLOSING, 42, 32, 3 },
	{ ESTAB_LAST_ACK, 78, 32, 3 },
	{ ESTAB_TIME_WAIT, 42, 38, 3 },
	{ ESTAB_CLOSED, 78, 38, 3 },
};
