/* SPDX-License-Identifier: BSD-2-Clause
 *
 * suggest.c - the nearest of a few words to one that is not among them.
 *
 * Near is counted in slips of the finger: a letter too many, one too few, a
 * wrong one, two exchanged (Damerau's distance, each place edited once).
 */
#include "cli/cli.h"

#include <string.h>

#define WORD_MAX 40

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Slips between a and b, both at most WORD_MAX long; in *begun those between
 * a and whichever beginning of b, to one of its hyphens, is nearest. */
static size_t
slips(const char *a, size_t a_len, const char *b, size_t b_len, size_t *begun)
{
	size_t row[3][WORD_MAX + 1];
	size_t *before = row[0], *above = row[1], *here = row[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		here[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const size_t wrong = a[i - 1] != b[j - 1];

			here[j] = least(above[j - 1] + wrong,
			    least(above[j], here[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				here[j] = least(here[j], before[j - 2] + 1);
		}
		size_t *const oldest = before;
		before = above;
		above = here;
		here = oldest;
	}
	*begun = above[b_len];
	for (size_t j = 0; j < b_len; j++)
		if (b[j] == '-')
			*begun = least(*begun, above[j]);
	return above[b_len];
}

const char *
suggest(const char *word, const char *const *words, size_t n)
{
	const size_t len = strlen(word);
	const char *best = NULL;
	/* One slip in three letters; farther than this is a guess. */
	size_t best_slips = (len + 1) / 3 + 1;

	if (len == 0 || len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const size_t other = strlen(words[i]);

		if (other > WORD_MAX)
			continue;
		/* What was begun and not finished is near, however long. */
		size_t begun;
		size_t far = slips(word, len, words[i], other, &begun);

		if (len >= 2 && strncmp(word, words[i], len) == 0)
			begun = 1;
		far = least(far, begun);
		if (far < best_slips && far < other) {
			best_slips = far;
			best = words[i];
		}
	}
	return best;
}
