/* SPDX-License-Identifier: BSD-2-Clause
 *
 * keys.c - cookie keys in a file of a few lines.
 */
#include <estab/link.h>

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 1024 /* four lines and some comment */

struct reader {
	struct estab_cookie_keys keys;
	int slots;
	bool stamped;
};

/* 32 hexadecimal digits and nothing behind them. */
static bool
take_key(uint8_t key[16], const char *text)
{
	const char *end;
	size_t bytes = 0;

	while (isblank((unsigned char)*text))
		text++;
	return sodium_hex2bin(key, 16, text, strcspn(text, " \t"), NULL, &bytes,
	           &end) == 0 &&
	    bytes == 16 && end[strspn(end, " \t")] == '\0';
}

static bool
take_slot(struct reader *r, const char *text, enum estab_key_use use)
{
	if (r->slots == 2 || !take_key(r->keys.key[r->slots], text))
		return false;
	r->keys.use[r->slots++] = (uint8_t)use;
	return true;
}

static bool
take_line(struct reader *r, char *line)
{
	const size_t n = strcspn(line, " \t");

	if (line[0] == '\0' || line[0] == '#')
		return true;
	if (n == 4 && memcmp(line, "sign", n) == 0)
		return take_slot(r, line + n, ESTAB_KEY_SIGN);
	if (n == 6 && memcmp(line, "verify", n) == 0)
		return take_slot(r, line + n, ESTAB_KEY_VERIFY);
	if (n == 5 && memcmp(line, "stamp", n) == 0) {
		r->stamped = take_key(r->keys.stamp, line + n);
		return r->stamped;
	}
	r->keys.shared = strcmp(line, "shared") == 0;
	return r->keys.shared;
}

static bool
take_all(struct reader *r, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (!take_line(r, line))
			return false;
	return r->stamped &&
	    (r->keys.use[0] == ESTAB_KEY_SIGN) !=
	    (r->keys.use[1] == ESTAB_KEY_SIGN);
}

int
estab_cookie_keys_read(int fd, struct estab_cookie_keys *keys)
{
	struct reader r = { .slots = 0 };
	char text[FILE_MAX + 1];
	size_t used = 0;
	ssize_t n;
	int result = -EINVAL;

	while ((n = read(fd, text + used, FILE_MAX - used)) > 0)
		used += (size_t)n;
	if (n < 0) {
		result = -errno;
	} else if (used < FILE_MAX) {
		text[used] = '\0';
		if (strlen(text) == used && take_all(&r, text)) {
			*keys = r.keys;
			result = 0;
		}
	}
	sodium_memzero(text, sizeof text);
	sodium_memzero(&r, sizeof r);
	return result;
}
