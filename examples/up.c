/* SPDX-License-Identifier: BSD-2-Clause
 *
 * up.c - a host on a TUN device.
 */
#include "up.h"

#include <stdlib.h>

#define ARENA ((size_t)256 << 20)
#define SOCKETS 10001

static void
must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, estab_device_strerror(result));
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

	estab_address_parse(address, &own);
	estab_address_parse("10.9.0.1", &kernel);
	must(estab_device_tun(&device, name), name);
	must(estab_device_configure(name, &kernel, 24, 0, 0), name);
	must(estab_host_create(&host, aligned_alloc(ESTAB_ARENA_ALIGN, ARENA),
	         ARENA, &config, estab_clock()),
	    "host");
	must(estab_loop_create(&loop, host, SOCKETS), "loop");
	must(estab_loop_add(loop, &device), "device");
	must(estab_address_add(host, 0, &own, 24), address);
	must(estab_route_default(host, 0), "route");
	must(estab_loop_start(loop), "thread");
	return loop;
}
