/* SPDX-License-Identifier: BSD-2-Clause
 *
 * keys_file.c - a file of cookie keys: read where nobody else can, written
 * beside its place and then put there.
 */
#include "cli/keys_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define TEXT_MAX 256 /* four lines */

/* ---- Reading ------------------------------------------------------------ */

/* The descriptor of "fd:N", from its beginning if it has one; -1: no such
 * name. */
static int
handed_down(const char *name)
{
	char *end = NULL;
	unsigned long fd;

	if (strncmp(name, "fd:", 3) != 0 || name[3] < '0' || name[3] > '9')
		return -1;
	fd = strtoul(name + 3, &end, 10);
	if (*end != '\0' || fd > INT_MAX)
		return -1;
	(void)lseek((int)fd, 0, SEEK_SET); /* a pipe has none */
	return (int)fd;
}

static bool
is_private(const char *speaker, const char *path, int fd)
{
	struct stat s;

	if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode) ||
	    (s.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return true;
	cli_say(speaker,
	    "%s: its mode is %04o, so others may have the keys: chmod 600 it, "
	    "and where others were on this machine, make new keys",
	    path, (unsigned)(s.st_mode & 07777));
	return false;
}

bool
keys_file_read(const char *speaker, const char *name,
    struct estab_cookie_keys *keys)
{
	const int given = handed_down(name);
	const int fd = given >= 0 ? given : open(name, O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? -errno : 0;
	bool kept = true;

	if (fd >= 0 && given < 0)
		kept = is_private(speaker, name, fd);
	if (error == 0 && kept)
		error = estab_cookie_keys_read(fd, keys);
	if (fd >= 0 && given < 0)
		(void)close(fd);
	if (error != 0)
		cli_say(speaker, "%s: %s", name,
		    error == -EINVAL ? "no file of cookie keys; see "
		                       "estab-keys(1)" :
		                       strerror(-error));
	return error == 0 && kept;
}

/* ---- Writing ------------------------------------------------------------ */

static void
add_key(char text[TEXT_MAX], const char *word, const uint8_t key[16])
{
	const size_t n = strlen(text);
	char hex[33];

	(void)snprintf(text + n, TEXT_MAX - n, "%s %s\n", word,
	    sodium_bin2hex(hex, sizeof hex, key, 16));
	sodium_memzero(hex, sizeof hex);
}

static void
text_of(const struct estab_cookie_keys *keys, char text[TEXT_MAX])
{
	(void)snprintf(text, TEXT_MAX, "%s", keys->shared ? "shared\n" : "");
	add_key(text, "stamp", keys->stamp);
	for (int i = 0; i < 2; i++)
		if (keys->use[i] != ESTAB_KEY_NONE)
			add_key(text,
			    keys->use[i] == ESTAB_KEY_SIGN ? "sign" : "verify",
			    keys->key[i]);
}

/* Whose the file before was, the file after is, too. */
static bool
keep_owner(int fd, const char *path)
{
	struct stat s;

	return stat(path, &s) < 0 || s.st_uid == geteuid() ||
	    fchown(fd, s.st_uid, s.st_gid) == 0;
}

static bool
fill(int fd, const char *path, const struct estab_cookie_keys *keys)
{
	char text[TEXT_MAX];
	size_t n;
	bool filled;

	text_of(keys, text);
	n = strlen(text);
	filled = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
	    keep_owner(fd, path);
	sodium_memzero(text, sizeof text);
	return filled;
}

/* Where a symbolic link points, or the path itself. */
static char *
place_of(const char *path)
{
	char *const place = realpath(path, NULL);

	return place != NULL || errno != ENOENT ? place : strdup(path);
}

/* mkstemp makes files of mode 0600; link() makes nothing where something
 * is. */
static bool
put(const char *place, const struct estab_cookie_keys *keys, bool fresh)
{
	char beside[PATH_MAX];
	int fd, error;
	bool done;

	if (snprintf(beside, sizeof beside, "%s.XXXXXX", place) >=
	    (int)sizeof beside) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return false;
	done = fill(fd, place, keys);
	done = close(fd) == 0 && done &&
	    (fresh ? link(beside, place) : rename(beside, place)) == 0;
	error = errno;
	if (fresh || !done)
		(void)unlink(beside);
	errno = error;
	return done;
}

bool
keys_file_write(const char *speaker, const char *path,
    const struct estab_cookie_keys *keys, bool fresh)
{
	char *const place = place_of(path);
	const bool done = place != NULL && put(place, keys, fresh);
	const int error = errno;

	free(place);
	if (!done)
		cli_say(speaker, "%s: %s", path,
		    error == EEXIST ? "there is a file already; \"add\" puts a "
		                      "new key into it" :
		                      strerror(error));
	return done;
}
