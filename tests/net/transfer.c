/* SPDX-License-Identifier: BSD-2-Clause
 *
 * transfer.c - much, both ways, over a clean link and over bad ones.
 * test-timeout: 900
 */
#include <stdio.h>
#include <unistd.h>

#include "net/net.h"

#define MIB ((uint64_t)1024 * 1024)
#define GIB (1024 * MIB)
#define TIME_WAIT_SECONDS 10

struct transfer {
	bool fast; /* the release build, not the one with sanitizers */
	bool v6;
	bool server;  /* estab listens */
	bool answers; /* the second direction begins when the first has ended */
	uint64_t bytes; /* each way */
	const char *options;
	double seconds;
};

/* The two ends of a new connection. */
static void
open_both(const struct transfer *how, struct nc *nc, int *fd)
{
	char options[256];
	int listener = -1;

	if (!how->server)
		listener = kernel_listen(how->v6);
	(void)snprintf(options, sizeof options, "-v %s %s %s %s", how->options,
	    how->server ? "-l" : "",
	    how->server ? "" :
	        how->v6 ? KERNEL_V6 :
	                  KERNEL_V4,
	    PORT_TEXT);
	*nc = nc_start(how->fast, options);
	if (how->server)
		nc_await(nc, "listening");
	*fd = how->server ? kernel_connect(how->v6) : kernel_accept(listener);
	assert_true(*fd >= 0);
}

static void
transfer(const struct transfer *how)
{
	struct end ours, kernels;
	struct nc nc;
	double begun;
	int fd;

	net_need();
	open_both(how, &nc, &fd);
	ours = end_of_nc(&nc, how->bytes);
	kernels = end_of_socket(fd, how->bytes);
	if (how->answers && how->server)
		ours.answers = true;
	else if (how->answers)
		kernels.answers = true;
	begun = net_seconds();
	carry_both(&ours, &kernels, how->seconds);
	print_message("%llu MiB each way in %.2f s\n",
	    (unsigned long long)(how->bytes / MIB), net_seconds() - begun);
	(void)close(fd);
	nc.in = -1; /* closed when all was sent */
	nc_ends(&nc, 0, TIME_WAIT_SECONDS);
	end_release(&ours);
	end_release(&kernels);
}

/* ---- Clean -------------------------------------------------------------- */

static void
gibibytes_at_once_v4_estab_connects(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .bytes = GIB,
	    .options = "",
	    .seconds = 240 });
}

static void
gibibytes_in_turn_v4_estab_listens(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .server = true,
	    .answers = true,
	    .bytes = GIB,
	    .options = "",
	    .seconds = 240 });
}

static void
gibibytes_in_turn_v6_estab_connects(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .v6 = true,
	    .answers = true,
	    .bytes = GIB,
	    .options = "",
	    .seconds = 240 });
}

static void
gibibytes_at_once_v6_estab_listens(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .v6 = true,
	    .server = true,
	    .bytes = GIB,
	    .options = "",
	    .seconds = 240 });
}

static void
sanitized_64_mebibytes_each_way(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .bytes = 64 * MIB,
	    .options = "",
	    .seconds = 240 });
	transfer(&(struct transfer){ .v6 = true,
	    .server = true,
	    .bytes = 64 * MIB,
	    .options = "",
	    .seconds = 240 });
}

static void
large_and_small_packets_carry_the_same(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .bytes = 16 * MIB,
	    .options = "--mtu 65535",
	    .seconds = 60 });
	transfer(&(struct transfer){ .v6 = true,
	    .server = true,
	    .bytes = 16 * MIB,
	    .options = "--mtu 1280",
	    .seconds = 60 });
}

/* ---- Bad ---------------------------------------------------------------- */

static const char everything[] =
    "--impair loss=5%,reorder=5%,dup=2%,corrupt=1% --seed 3";

static void
on_a_very_bad_link_estab_connects(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .bytes = 2 * MIB,
	    .answers = true,
	    .options = everything,
	    .seconds = 60 });
}

static void
on_a_very_bad_link_estab_listens(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .bytes = 2 * MIB,
	    .v6 = true,
	    .server = true,
	    .options = everything,
	    .seconds = 60 });
}

static void
with_some_loss_estab_connects(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .bytes = 64 * MIB,
	    .options = "--impair loss=0.5%",
	    .seconds = 60 });
}

static void
with_some_loss_estab_listens(void **unused)
{
	(void)unused;
	transfer(&(struct transfer){ .fast = true,
	    .bytes = 64 * MIB,
	    .v6 = true,
	    .server = true,
	    .answers = true,
	    .options = "--impair loss=0.5% --seed 2",
	    .seconds = 60 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gibibytes_at_once_v4_estab_connects),
		cmocka_unit_test(gibibytes_in_turn_v4_estab_listens),
		cmocka_unit_test(gibibytes_in_turn_v6_estab_connects),
		cmocka_unit_test(gibibytes_at_once_v6_estab_listens),
		cmocka_unit_test(sanitized_64_mebibytes_each_way),
		cmocka_unit_test(large_and_small_packets_carry_the_same),
		cmocka_unit_test(on_a_very_bad_link_estab_connects),
		cmocka_unit_test(on_a_very_bad_link_estab_listens),
		cmocka_unit_test(with_some_loss_estab_connects),
		cmocka_unit_test(with_some_loss_estab_listens),
	};

	return cmocka_run_group_tests(tests, net_enter, net_leave);
}
