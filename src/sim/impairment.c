/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impairment.c - "loss=5%,delay=10ms" -> struct estab_impairment.
 *
 * Numbers are decimal fractions with a unit and are kept exactly; what cannot
 * be (0.5 ns, 0.00001 %) is an error and not rounded.
 */
#include "sim/impairment.h"

#include "base/mem.h"

enum kind {
	CHANCE, /* uint32_t, ppm */
	TIME,   /* int64_t, ns */
	RATE,   /* uint64_t, bits a second */
	SIZE,   /* uint32_t, bytes */
	BURST,  /* three chances: enter/leave/loss, the last 100% if left out */
	FLAG,   /* bool; the word alone */
};

static const struct word {
	const char *name;
	enum kind kind;
	size_t field;
} words[] = {
#define FIELD(name) offsetof(struct estab_impairment, name)
	{ "delay", TIME, FIELD(delay_ns) },
	{ "jitter", TIME, FIELD(jitter_ns) },
	{ "rate", RATE, FIELD(rate_bits_per_s) },
	{ "queue", SIZE, FIELD(queue_bytes) },
	{ "mtu", SIZE, FIELD(mtu) },
	{ "loss", CHANCE, FIELD(loss_ppm) },
	{ "burst", BURST, 0 },
	{ "dup", CHANCE, FIELD(duplicate_ppm) },
	{ "reorder", CHANCE, FIELD(reorder_ppm) },
	{ "reorder-by", TIME, FIELD(reorder_ns) },
	{ "corrupt", CHANCE, FIELD(corrupt_ppm) },
	{ "silent", FLAG, FIELD(too_big_silent) },
	{ "super", FLAG, FIELD(super) },
#undef FIELD
};
#define WORD_COUNT (sizeof words / sizeof words[0])

static const struct unit {
	const char *name;
	enum kind kind;
	uint64_t scale;
} units[] = {
	{ "%", CHANCE, 10000 },
	{ "ppm", CHANCE, 1 },
	{ "ns", TIME, 1 },
	{ "us", TIME, 1000 },
	{ "ms", TIME, 1000000 },
	{ "s", TIME, 1000000000 },
	{ "bit", RATE, 1 },
	{ "kbit", RATE, 1000 },
	{ "mbit", RATE, 1000000 },
	{ "gbit", RATE, 1000000000 },
	{ "", SIZE, 1 },
	{ "b", SIZE, 1 },
	{ "kb", SIZE, 1000 },
	{ "mb", SIZE, 1000000 },
	{ "gb", SIZE, 1000000000 },
	{ "kib", SIZE, 1024 },
	{ "mib", SIZE, 1u << 20 },
	{ "gib", SIZE, 1u << 30 },
};

/* The reader: text from here on, and where the last mistake is. */
struct reader {
	const char *at;
	const char *wrong;
};

static bool
fail(struct reader *r, const char *where)
{
	r->wrong = where;
	return false;
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || c == '%' || c == '-';
}

/* Whether the n bytes at text are this name, in whatever case. */
static bool
same(const char *text, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && name[i] != '\0' && lower(text[i]) == name[i])
		i++;
	return i == n && name[i] == '\0';
}

static size_t
letters(const char *text)
{
	size_t n = 0;

	while (is_letter(text[n]))
		n++;
	return n;
}

static const struct unit *
find_unit(const char *text, size_t n, enum kind kind)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (units[i].kind == kind && same(text, n, units[i].name))
			return &units[i];
	return NULL;
}

/* Digits, a fraction if there is one: whole + part / parts. */
struct decimal {
	uint64_t whole, part, parts;
};

static bool
read_decimal(struct reader *r, struct decimal *d)
{
	const char *start = r->at;

	*d = (struct decimal){ 0, 0, 1 };
	for (; is_digit(*r->at); r->at++) {
		d->whole = d->whole * 10 + (uint64_t)(*r->at - '0');
		if (d->whole > 1000000000000)
			return fail(r, start);
	}
	if (r->at == start)
		return fail(r, start);
	if (*r->at != '.')
		return true;
	r->at++;
	if (!is_digit(*r->at))
		return fail(r, r->at);
	for (; is_digit(*r->at); r->at++) {
		if (d->parts == 1000000000)
			return fail(r, r->at);
		d->part = d->part * 10 + (uint64_t)(*r->at - '0');
		d->parts *= 10;
	}
	return true;
}

/* A number with its unit; nought needs none. */
static bool
read_value(struct reader *r, enum kind kind, uint64_t max, uint64_t *value)
{
	const char *start = r->at;
	const struct unit *unit;
	struct decimal d;
	size_t n;

	if (!read_decimal(r, &d))
		return false;
	n = letters(r->at);
	unit = find_unit(r->at, n, kind);
	if (n == 0 && d.whole == 0 && d.part == 0) {
		*value = 0;
		return true;
	}
	if (unit == NULL)
		return fail(r, r->at);
	if (d.whole > max / unit->scale || d.part * unit->scale % d.parts != 0)
		return fail(r, start);
	*value = d.whole * unit->scale + d.part * unit->scale / d.parts;
	if (*value > max)
		return fail(r, start);
	r->at += n;
	return true;
}

static uint64_t
max_of(enum kind kind)
{
	switch (kind) {
	case CHANCE:
	case BURST:
		return 1000000;
	case TIME:
		return IMPAIRMENT_TIME_MAX;
	case RATE:
		return IMPAIRMENT_RATE_MAX;
	case SIZE:
		return IMPAIRMENT_QUEUE_MAX;
	case FLAG:
		break;
	}
	return 0;
}

static bool
read_burst(struct reader *r, struct estab_impairment *wire)
{
	uint64_t enter, leave, loss = 1000000;

	if (!read_value(r, CHANCE, 1000000, &enter))
		return false;
	if (*r->at != '/')
		return fail(r, r->at);
	r->at++;
	if (!read_value(r, CHANCE, 1000000, &leave))
		return false;
	if (*r->at == '/') {
		r->at++;
		if (!read_value(r, CHANCE, 1000000, &loss))
			return false;
	}
	wire->burst_enter_ppm = (uint32_t)enter;
	wire->burst_leave_ppm = (uint32_t)leave;
	wire->burst_loss_ppm = (uint32_t)loss;
	return true;
}

/* Put a value into its field, in the field's width. */
static void
store(struct estab_impairment *wire, const struct word *word, uint64_t value)
{
	uint8_t *field = (uint8_t *)wire + word->field;
	const uint32_t narrow = (uint32_t)value;
	const bool yes = true;

	if (word->kind == FLAG)
		memcpy(field, &yes, sizeof yes);
	else if (word->kind == CHANCE || word->kind == SIZE)
		memcpy(field, &narrow, sizeof narrow);
	else
		memcpy(field, &value, sizeof value);
}

/* The = after a word, and its value. */
static bool
read_setting(struct reader *r, const struct word *word,
    struct estab_impairment *wire)
{
	uint64_t value;

	if (*r->at != '=')
		return fail(r, r->at);
	r->at++;
	if (word->kind == BURST)
		return read_burst(r, wire);
	if (!read_value(r, word->kind, max_of(word->kind), &value))
		return false;
	store(wire, word, value);
	return true;
}

/* One word and what follows it.  seen has a bit for each word read. */
static bool
read_item(struct reader *r, uint32_t *seen, struct estab_impairment *wire)
{
	const size_t n = letters(r->at);
	size_t w = 0;

	while (w < WORD_COUNT && !same(r->at, n, words[w].name))
		w++;
	if (w == WORD_COUNT || (*seen & (1u << w)) != 0)
		return fail(r, r->at);
	*seen |= 1u << w;
	r->at += n;
	if (words[w].kind != FLAG)
		return read_setting(r, &words[w], wire);
	store(wire, &words[w], true);
	return true;
}

static bool
read_items(struct reader *r, struct estab_impairment *wire)
{
	uint32_t seen = 0;

	if (*r->at == '\0')
		return true;
	for (;;) {
		if (!read_item(r, &seen, wire))
			return false;
		if (*r->at == '\0')
			return true;
		if (*r->at != ',')
			return fail(r, r->at);
		r->at++;
		while (*r->at == ' ')
			r->at++;
	}
}

int
estab_impairment_parse(const char *text, struct estab_impairment *wire,
    const char **where)
{
	struct reader r = { .at = text };
	struct estab_impairment read;
	bool good;

	memset(&read, 0, sizeof read);
	good = read_items(&r, &read);
	if (where != NULL)
		*where = good ? r.at : r.wrong;
	if (!good)
		return ESTAB_EINVAL;
	*wire = read;
	return 0;
}

static bool
is_chance(uint32_t ppm)
{
	return ppm <= 1000000;
}

static bool
is_duration(int64_t ns)
{
	return ns >= 0 && ns <= IMPAIRMENT_TIME_MAX;
}

bool
impairment_valid(const struct estab_impairment *i)
{
	return is_duration(i->delay_ns) && is_duration(i->jitter_ns) &&
	    is_duration(i->reorder_ns) && is_chance(i->loss_ppm) &&
	    is_chance(i->burst_enter_ppm) && is_chance(i->burst_leave_ppm) &&
	    is_chance(i->burst_loss_ppm) && is_chance(i->duplicate_ppm) &&
	    is_chance(i->reorder_ppm) && is_chance(i->corrupt_ppm) &&
	    i->rate_bits_per_s <= IMPAIRMENT_RATE_MAX &&
	    i->queue_bytes <= IMPAIRMENT_QUEUE_MAX;
}
