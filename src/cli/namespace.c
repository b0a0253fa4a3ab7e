/* SPDX-License-Identifier: BSD-2-Clause
 *
 * namespace.c - a network namespace, with or without being root.
 */
#include "cli/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <estab/link.h>

static bool
write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool done =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	return done;
}

/* A user namespace in which we are root, and a network namespace of it. */
static bool
become_little_root(void)
{
	const unsigned int uid = getuid(), gid = getgid();
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	(void)snprintf(map, sizeof map, "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof map, "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

bool
namespace_has_tun(const char **why)
{
	const int node = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (node < 0) {
		*why = estab_device_strerror(-errno);
		return false;
	}
	(void)close(node);
	return true;
}

bool
namespace_enter(char *why, size_t room)
{
	if (unshare(CLONE_NEWNET) != 0 && !become_little_root()) {
		(void)snprintf(why, room,
		    "neither a network namespace nor a user namespace may be "
		    "made (%s): run it as root, or allow user namespaces "
		    "(sysctl user.max_user_namespaces, "
		    "kernel.unprivileged_userns_clone, "
		    "kernel.apparmor_restrict_unprivileged_userns)",
		    strerror(errno));
		return false;
	}
	/* A machine that routes hands this down; here it would send back what
	 * estab is to get. */
	(void)write_file("/proc/sys/net/ipv4/ip_forward", "0");
	return true;
}
