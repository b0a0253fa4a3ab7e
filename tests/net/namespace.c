/* SPDX-License-Identifier: BSD-2-Clause
 *
 * namespace.c - a network namespace of the test program's own.
 */
#include "net/net.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *missing = "not asked yet";

static const char *
enter(void)
{
	if (getenv("ESTAB") == NULL || getenv("ESTAB_DEBUG") == NULL)
		return "ESTAB and ESTAB_DEBUG do not name the program";
	if (unshare(CLONE_NEWNET) != 0)
		return "a network namespace may not be made (root is needed)";
	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		return "/dev/net/tun does not open (modprobe tun; root)";
	(void)net_shell("echo 0 >/proc/sys/net/ipv4/ip_forward");
	if (net_shell("ip link set lo up") != 0)
		return "ip does not work (package iproute2)";
	/* No link-local address and no word of the kernel's own on a new
	 * device: what a seed loses is then the same each time.  Its address
	 * there outlives that the device is down. */
	if (net_shell("cd /proc/sys/net/ipv6/conf/default && "
	              "echo 1 >addr_gen_mode && "
	              "echo 1 >keep_addr_on_down && "
	              "echo 0 >router_solicitations") != 0)
		return "IPv6 cannot be configured here";
	return NULL;
}

int
net_enter(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	missing = enter();
	return 0;
}

static void
clean_up(void)
{
	nc_kill_all();
	(void)close_range(STDERR_FILENO + 1, ~0u, 0);
	(void)net_shell("nft delete table inet t 2>/dev/null;"
	                "ip link delete estab0 2>/dev/null");
}

void
net_need(void)
{
	if (missing != NULL) {
		print_message("SKIP: %s\n", missing);
		skip();
	}
	clean_up();
}

int
net_leave(void **state)
{
	(void)state;
	if (missing == NULL)
		clean_up();
	return 0;
}

void
net_make_pair(void)
{
	const char *const commands =
	    "set -e; ip link add estab0 type veth peer name kernel0;"
	    "ip link set estab0 up; ip link set kernel0 up;"
	    "ip addr add " KERNEL_V4 "/24 dev kernel0;"
	    "ip addr add " KERNEL_V6 "/64 dev kernel0 nodad";

	assert_int_equal(net_shell(commands), 0);
}

int
net_shell(const char *command)
{
	const int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

double
net_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
