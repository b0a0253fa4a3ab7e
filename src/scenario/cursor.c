/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cursor.c - the tokens of the scenario language, and errors that say where.
 */
#include "scenario/cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* Columns count characters, not bytes: UTF-8 continuation bytes take none. */
static uint32_t
column_of(const struct cursor *c)
{
	uint32_t column = 1;

	for (const char *p = c->line; p < c->at; p++)
		if (((unsigned char)*p & 0xc0) != 0x80)
			column++;
	return column;
}

static void
copy_found(const struct cursor *c, char *found, size_t room)
{
	size_t n = 0;

	if (*c->at == '\0' || *c->at == '#') {
		(void)snprintf(found, room, "the end of the line");
		return;
	}
	if (is_word(*c->at)) {
		while (is_word(c->at[n]))
			n++;
	} else {
		while (c->at[n] != '\0' && c->at[n] != ' ' && c->at[n] != '\t')
			n++;
	}
	if (n > 30)
		n = 30;
	(void)snprintf(found, room, "'%.*s'", (int)n, c->at);
}

bool
cursor_fail(struct cursor *c, const char *expected)
{
	struct scenario_error *e = c->error;

	cursor_space(c);
	e->line = c->number;
	e->column = column_of(c);
	(void)snprintf(e->expected, sizeof e->expected, "%s", expected);
	copy_found(c, e->found, sizeof e->found);
	return false;
}

bool
cursor_fail_at(struct cursor *c, const char *start, const char *expected)
{
	c->at = start;
	return cursor_fail(c, expected);
}

void
cursor_space(struct cursor *c)
{
	while (*c->at == ' ' || *c->at == '\t')
		c->at++;
}

bool
cursor_at_end(struct cursor *c)
{
	cursor_space(c);
	return *c->at == '\0' || *c->at == '#';
}

bool
cursor_want_end(struct cursor *c)
{
	return cursor_at_end(c) || cursor_fail(c, "the end of the line");
}

bool
cursor_take(struct cursor *c, const char *literal)
{
	const size_t n = strlen(literal);

	cursor_space(c);
	if (strncmp(c->at, literal, n) != 0)
		return false;
	/* "3s" may be followed by ".." of a range. */
	if (is_letter(literal[n - 1]) && is_word(c->at[n]) && c->at[n] != '.')
		return false;
	c->at += n;
	return true;
}

bool
cursor_want(struct cursor *c, const char *literal)
{
	char expected[64];

	if (cursor_take(c, literal))
		return true;
	(void)snprintf(expected, sizeof expected, "'%s'", literal);
	return cursor_fail(c, expected);
}

bool
cursor_word(struct cursor *c, char *word, size_t room)
{
	size_t n = 0;

	cursor_space(c);
	if (!is_letter(*c->at))
		return false;
	while (is_word(c->at[n]))
		n++;
	if (n >= room)
		return false;
	memcpy(word, c->at, n);
	word[n] = '\0';
	c->at += n;
	return true;
}

static int
digit_value(char c, int base)
{
	int v = -1;

	if (is_digit(c))
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v < base ? v : -1;
}

/* Digits of one term; what would not fit 62 bits is no number. */
static bool
digits(const char **at, int base, int64_t *value)
{
	const char *p = *at;
	int64_t v = 0;

	if (digit_value(*p, base) < 0)
		return false;
	for (; digit_value(*p, base) >= 0; p++) {
		if (v > (INT64_MAX >> 6))
			return false;
		v = v * base + digit_value(*p, base);
	}
	*at = p;
	*value = v;
	return true;
}

static bool
term(const char **at, int64_t *value)
{
	int64_t exponent;

	if ((*at)[0] == '0' && (*at)[1] == 'x') {
		*at += 2;
		return digits(at, 16, value);
	}
	if (!digits(at, 10, value))
		return false;
	if (*value == 2 && **at == '^') {
		(*at)++;
		if (!digits(at, 10, &exponent) || exponent > 40)
			return false;
		*value = INT64_C(1) << exponent;
	}
	return true;
}

/* Terms joined by + and - without spaces. */
static bool
sum(const char **at, int64_t *value)
{
	while (**at == '+' || **at == '-') {
		const bool minus = **at == '-';
		const char *p = *at + 1;
		int64_t more;

		if (!term(&p, &more))
			return false;
		*value += minus ? -more : more;
		*at = p;
	}
	return true;
}

bool
cursor_number(struct cursor *c, int64_t *value)
{
	const char *p;

	cursor_space(c);
	p = c->at;
	if (!term(&p, value) || !sum(&p, value))
		return false;
	c->at = p;
	return true;
}

bool
cursor_want_bytes(struct cursor *c, uint64_t *bytes)
{
	int64_t value;

	if (!cursor_number(c, &value) || value < 0)
		return cursor_fail(c, "a number of bytes");
	if (cursor_take(c, "KiB"))
		value *= 1024;
	else if (cursor_take(c, "MiB"))
		value *= INT64_C(1024) * 1024;
	*bytes = (uint64_t)value;
	return true;
}

bool
cursor_want_position(struct cursor *c, struct script_number *number)
{
	const char *p;
	size_t n = 0;

	*number = (struct script_number){ .given = true };
	cursor_space(c);
	if (is_digit(*c->at)) {
		if (!cursor_number(c, &number->offset))
			return cursor_fail(c, "a number");
		return true;
	}
	p = c->at;
	while ((p[n] >= 'a' && p[n] <= 'z') || (n > 0 && is_digit(p[n])))
		n++;
	if (n == 0 || n >= SCRIPT_SYMBOL_BYTES)
		return cursor_fail(c, "a number or a name such as x or u+1");
	memcpy(number->symbol, p, n);
	p += n;
	if (!sum(&p, &number->offset)) {
		c->at = p;
		return cursor_fail(c, "a number after the sign");
	}
	c->at = p;
	return true;
}

bool
cursor_want_quoted(struct cursor *c, char **text)
{
	const char *end;

	cursor_space(c);
	if (*c->at != '"')
		return cursor_fail(c, "a text in double quotes");
	end = strchr(c->at + 1, '"');
	if (end == NULL)
		return cursor_fail(c, "a text that ends with a double quote");
	*text = malloc((size_t)(end - c->at));
	if (*text == NULL)
		return cursor_fail(c, "memory");
	memcpy(*text, c->at + 1, (size_t)(end - c->at - 1));
	(*text)[end - c->at - 1] = '\0';
	c->at = end + 1;
	return true;
}

static bool
end_number(struct cursor *c, const char *p, int64_t max, int64_t *number)
{
	if (!digits(&p, 10, number) || *number < 1 || *number > max ||
	    is_word(*p))
		return false;
	c->at = p;
	return true;
}

bool
cursor_end_of_conn(struct cursor *c, uint8_t host_count, struct script_end *end)
{
	const char *p;
	int64_t number;

	*end = (struct script_end){ 0 };
	cursor_space(c);
	p = c->at;
	if (strncmp(p, "nobody.", 7) == 0) {
		if (!end_number(c, p + 7, 50, &number))
			return false;
		end->nobody = (uint8_t)number;
		return true;
	}
	if (*p < 'A' || *p >= 'A' + host_count)
		return false;
	end->host = (uint8_t)(*p - 'A');
	if (p[1] == '.') {
		if (!end_number(c, p + 2, SCRIPT_SLOTS_MAX, &number))
			return false;
		end->slot = (uint8_t)(number - 1);
		return true;
	}
	if (is_word(p[1]))
		return false;
	c->at = p + 1;
	return true;
}

/* "1.5" with up to nine places, as a multiple of unit. */
static bool
decimal(const char **at, int64_t *whole, int64_t *billionths)
{
	int64_t place = 100000000;

	*billionths = 0;
	if (!digits(at, 10, whole))
		return false;
	if (**at != '.' || !is_digit((*at)[1]))
		return true;
	for ((*at)++; is_digit(**at); (*at)++) {
		*billionths += place * (**at - '0');
		place /= 10;
	}
	return true;
}

static bool
amount(struct cursor *c, struct script_duration *duration)
{
	static const struct {
		const char *name;
		int64_t ns;
	} unit[] = {
		{ "ns", 1 },
		{ "us", ESTAB_US },
		{ "ms", ESTAB_MS },
		{ "s", ESTAB_SECOND },
		{ "min", ESTAB_MINUTE },
		{ "h", 60 * ESTAB_MINUTE },
	};
	const char *start = c->at;
	int64_t whole, billionths;

	if (!decimal(&c->at, &whole, &billionths))
		return false;
	if (billionths == 0 && whole < 1000000 && cursor_take(c, "MSL")) {
		duration->msl_count += (int32_t)whole;
		return true;
	}
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		if (!cursor_take(c, unit[i].name))
			continue;
		if (whole > INT64_MAX / 4 / unit[i].ns)
			break;
		/* In two parts, so that neither leaves 64 bits. */
		duration->ns += whole * unit[i].ns +
		    billionths / 1000 * (unit[i].ns / 1000) / 1000;
		return true;
	}
	c->at = start;
	return false;
}

static bool
timer_of(struct cursor *c, uint8_t host_count, struct script_duration *duration)
{
	static const struct {
		const char *name;
		enum script_timer timer;
	} name[] = {
		{ "RTO", SCRIPT_TIMER_RTO },
		{ "persist", SCRIPT_TIMER_PERSIST },
		{ "delayed-ACK", SCRIPT_TIMER_ACK },
		{ "keepalive", SCRIPT_TIMER_KEEPALIVE },
		{ "TIME-WAIT", SCRIPT_TIMER_TIME_WAIT },
		{ "user-timeout", SCRIPT_TIMER_USER },
	};
	const char *start = c->at;

	if (!cursor_end_of_conn(c, host_count, &duration->whose))
		return false;
	if (cursor_take(c, "'s")) {
		for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
			if (!cursor_take(c, name[i].name))
				continue;
			duration->timer = name[i].timer;
			return true;
		}
	}
	c->at = start;
	return false;
}

bool
cursor_duration(struct cursor *c, uint8_t host_count,
    struct script_duration *duration)
{
	const char *before;

	*duration = (struct script_duration){ 0 };
	cursor_space(c);
	if (!timer_of(c, host_count, duration) && !amount(c, duration))
		return false;
	for (;;) {
		cursor_space(c);
		before = c->at;
		if (!cursor_take(c, "+"))
			return true;
		cursor_space(c);
		if (!amount(c, duration)) {
			c->at = before;
			return true;
		}
	}
}

bool
cursor_want_duration(struct cursor *c, uint8_t host_count,
    struct script_duration *duration)
{
	if (cursor_duration(c, host_count, duration))
		return true;
	return cursor_fail(c, "a duration such as 3s, 2 MSL or A's RTO");
}

const char *
cursor_rest(struct cursor *c)
{
	const char *rest;

	cursor_space(c);
	rest = c->at;
	c->at += strlen(c->at);
	return rest;
}
