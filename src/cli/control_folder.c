/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control_folder.c - where the control sockets of a user's processes are.
 */
#include "cli/control.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SUFFIX ".sock"

/* The folder a session gives its user.  That of somebody else stays in the
 * environment of su and sudo. */
static bool
has_runtime(const char *runtime)
{
	struct stat found;

	return runtime != NULL && runtime[0] == '/' &&
	    strlen(runtime) < CONTROL_FOLDER - sizeof "/estab" &&
	    stat(runtime, &found) == 0 && found.st_uid == geteuid();
}

/* Who we are outside of our user namespace: its root is somebody there, and
 * must be found by him. */
static unsigned int
outer_uid(void)
{
	FILE *const map = fopen("/proc/self/uid_map", "re");
	const unsigned long own = geteuid();
	unsigned long found = own;
	char line[128];

	while (map != NULL && fgets(line, sizeof line, map) != NULL) {
		char *at = line;
		const unsigned long inside = strtoul(at, &at, 10);
		const unsigned long outside = strtoul(at, &at, 10);
		const unsigned long count = strtoul(at, &at, 10);

		if (own >= inside && own - inside < count)
			found = outside + (own - inside);
	}
	if (map != NULL)
		(void)fclose(map);
	return (unsigned int)found;
}

static void
name_folder(char folder[CONTROL_FOLDER])
{
	const char *const runtime = getenv("XDG_RUNTIME_DIR");

	if (has_runtime(runtime))
		(void)snprintf(folder, CONTROL_FOLDER, "%s/estab", runtime);
	else if (geteuid() == 0 && access("/run", W_OK) == 0)
		(void)snprintf(folder, CONTROL_FOLDER, "/run/estab");
	else
		(void)snprintf(folder, CONTROL_FOLDER, "/tmp/estab-%u",
		    outer_uid());
}

const char *
control_folder_make(char folder[CONTROL_FOLDER])
{
	name_folder(folder);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return strerror(errno);
	return control_folder(folder);
}

/* Nobody else may put anything there, nor have put it there before us. */
const char *
control_folder(char folder[CONTROL_FOLDER])
{
	struct stat found;

	name_folder(folder);
	if (lstat(folder, &found) < 0)
		return errno == ENOENT ? NULL : strerror(errno);
	if (!S_ISDIR(found.st_mode))
		return "this is not a folder";
	if (found.st_uid != geteuid())
		return "this folder is another user's";
	if ((found.st_mode & 077) != 0)
		return "others may enter this folder (chmod 700)";
	return NULL;
}

void
control_path(const char *folder, long pid, char path[CONTROL_PATH])
{
	if (snprintf(path, CONTROL_PATH, "%s/%ld" SUFFIX, folder, pid) >=
	    CONTROL_PATH)
		path[0] = '\0';
}

int
control_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (connect(fd, (const void *)&address, sizeof address) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	if (error == ECONNREFUSED) /* its process has died */
		(void)unlink(path);
	return -error;
}

/* The process of "123.sock", or 0. */
static long
pid_of(const char *name)
{
	char *end = NULL;
	const long pid = strtol(name, &end, 10);

	return pid > 0 && strcmp(end, SUFFIX) == 0 ? pid : 0;
}

static int
only_sockets(const struct dirent *entry)
{
	return pid_of(entry->d_name) != 0;
}

static int
by_number(const struct dirent **a, const struct dirent **b)
{
	const long first = pid_of((*a)->d_name), second = pid_of((*b)->d_name);

	return (first > second) - (first < second);
}

void
control_each(const char *folder, void (*call)(void *context, long pid),
    void *context)
{
	struct dirent **entry = NULL;
	const int n = scandir(folder, &entry, only_sockets, by_number);

	for (int i = 0; i < n; i++) {
		call(context, pid_of(entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
}
