/* SPDX-License-Identifier: BSD-2-Clause
 *
 * up.c - a host on a TUN device.
 */
#include "up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARENA ((size_t)256 << 20)
#define SOCKETS 10001

static const char *
by_errno(int result)
{
	return result < 0 ? strerror(errno) : "no error";
}

/* meaning: whose error the result is. */
static int
must(const char *what, int result, const char *(*meaning)(int))
{
	if (result >= 0)
		return result;
	fprintf(stderr, "%s: %s\n", what, meaning(result));
	exit(1);
}

struct estab_loop *
host_up(const char *name, const char *address)
{
	static struct estab_device device;
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.copy_sum = estab_copy_sum_best(),
		.source_policy = ESTAB_OFF, /* all come from one address */
		.syn_acks_per_second = ESTAB_OFF };
	struct estab_address own, kernel;
	struct estab_host *host;
	struct estab_loop *loop;
	int link;

	must(address, estab_address_parse(address, &own), estab_strerror);
	estab_address_parse("10.9.0.1", &kernel);
	must(name, estab_device_tun(&device, name), estab_device_strerror);
	must(name, estab_device_configure(name, &kernel, 24, 0, 0),
	    estab_device_strerror);
	must("host",
	    estab_host_create(&host, aligned_alloc(ESTAB_ARENA_ALIGN, ARENA),
	        ARENA, &config, estab_clock()),
	    estab_strerror);
	must("loop", estab_loop_create(&loop, host, SOCKETS), by_errno);
	link = must(name, estab_loop_add(loop, &device), estab_strerror);
	must(address, estab_address_add(host, link, &own, 24), estab_strerror);
	must("route", estab_route_default(host, link), estab_strerror);
	must("thread", estab_loop_start(loop), by_errno);
	return loop;
}
