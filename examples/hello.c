/* SPDX-License-Identifier: BSD-2-Clause
 *
 * hello.c - two hosts in a simulated world; one says hello to the other over
 * a wire that loses every fifth packet.
 */
#include <estab/sim.h>

#include <stdio.h>
#include <string.h>

static _Alignas(ESTAB_ARENA_ALIGN) unsigned char memory[3][1 << 20];

static struct estab_host *
host(struct estab_world *world, int n, const char *text,
    struct estab_endpoint *end)
{
	const struct estab_config config = { .crypto =
		                                 estab_world_crypto(world) };
	const struct estab_link link = { .mtu = 1500 };
	struct estab_host *made;

	if (estab_host_create(&made, memory[n], sizeof memory[n], &config, 0))
		return NULL;
	(void)estab_address_parse(text, &end->address);
	(void)estab_link_add(made, &link);
	(void)estab_address_add(made, 0, &end->address, 24);
	(void)estab_world_attach(world, made);
	return made;
}

int
main(void)
{
	struct estab_endpoint a_end = { .port = 0 }, b_end = { .port = 7 };
	struct estab_impairment bad = { .loss_ppm = 200000,
		.delay_ns = 10 * ESTAB_MS };
	struct estab_world *world;
	struct estab_event event;
	estab_conn a, listener, b = 0;
	char text[64] = "";

	(void)estab_world_create(&world, memory[2], sizeof memory[2], 1);
	struct estab_host *const A = host(world, 0, "10.0.0.1", &a_end);
	struct estab_host *const B = host(world, 1, "10.0.0.2", &b_end);

	(void)estab_world_wire(world, 0, 0, 1, 0, &bad, &bad);
	if (estab_listen(B, &listener, &b_end, 1) < 0 ||
	    estab_connect(A, &a, &a_end, &b_end) < 0 ||
	    estab_send(A, a, "hello\n", 6) != 6)
		return 1;
	while (!strchr(text, '\n') && estab_world_step(world, ESTAB_MINUTE) == 1)
		while (estab_event(B, &event) == 1)
			if (event.ready & ESTAB_ACCEPTABLE)
				(void)estab_accept(B, listener, &b);
			else if (event.ready & ESTAB_READABLE)
				(void)estab_receive(B, b, text,
				    sizeof text - 1);
	(void)fputs(text, stdout);
	return strcmp(text, "hello\n") != 0;
}
