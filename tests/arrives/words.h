/* SPDX-License-Identifier: BSD-2-Clause
 *
 * words.h - a case, what was expected and what was seen, in one line.
 */
#ifndef ARRIVES_WORDS_H
#define ARRIVES_WORDS_H

#include "judge.h"

struct words_case {
	const struct mould *mould;
	const struct mould_setting *setting;
	const struct segment *seg;
	const struct seen *seen;
	const struct oracle_answer *answer;
	const char *place_seq, *place_ack; /* "RCV.NXT-1", "SND.UNA" */
	const char *wrong;
	const char *reason; /* of the trace */
};

void words_print(const struct words_case *c);

#endif
