/* SPDX-License-Identifier: BSD-2-Clause
 *
 * many.c - an echo server for 10,000 connections, and their clients, in one
 * process without a thread, a device or a clock: events say which socket to
 * look at.  Prints how many answers came back.
 */
#include <estab/sim.h>
#include <estab/socket.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECTIONS 10000
#define ARENA ((size_t)256 << 20)
#define WORLD ((size_t)64 << 20)
#define SERVER 1

static struct estab_sockets *sockets[2];

static void
make(struct estab_world *world, int i)
{
	const struct estab_config config = {
		.crypto = estab_world_crypto(world),
		.half_open_max = CONNECTIONS,
		.source_policy = ESTAB_OFF, /* all come from one address */
		.syn_acks_per_second = ESTAB_OFF,
	};
	const size_t bytes = estab_sockets_bytes(CONNECTIONS + 1);
	const struct estab_link link = { .mtu = 1500 };
	struct estab_address own;
	struct estab_host *host;

	estab_address_parse(i == SERVER ? "10.0.0.2" : "10.0.0.1", &own);
	estab_host_create(&host, aligned_alloc(ESTAB_ARENA_ALIGN, ARENA), ARENA,
	    &config, 0);
	estab_link_add(host, &link);
	estab_address_add(host, 0, &own, 24);
	estab_world_attach(world, host);
	estab_sockets_create(&sockets[i], malloc(bytes), bytes, host);
}

static void
serve(int listener)
{
	struct estab_sockets *s = sockets[SERVER];
	struct estab_socket_event event;
	char text[64];
	ssize_t n;

	while (estab_sockets_event(s, &event)) {
		if (event.fd == listener) {
			while (estab_socket_accept(s, listener, NULL, NULL,
			           0) >= 0)
				;
			continue;
		}
		while ((n = estab_socket_recv(s, event.fd, text, sizeof text,
		            0)) > 0)
			estab_socket_send(s, event.fd, text, (size_t)n, 0);
		if (n == 0)
			estab_socket_close(s, event.fd);
	}
}

static int
call(void)
{
	static bool greeted[CONNECTIONS];
	struct estab_sockets *s = sockets[!SERVER];
	struct estab_socket_event event;
	char text[8];
	int answers = 0;

	while (estab_sockets_event(s, &event)) {
		if (event.ready & POLLIN) {
			answers += estab_socket_recv(s, event.fd, text,
			               sizeof text, 0) == 5;
		} else if ((event.ready & POLLOUT) && !greeted[event.fd]) {
			greeted[event.fd] = true;
			estab_socket_send(s, event.fd, "hello", 5, 0);
		}
	}
	return answers;
}

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	const struct estab_impairment wire = { .delay_ns = ESTAB_MS };
	struct estab_world *world;
	int listener, answers = 0;

	estab_world_create(&world, malloc(WORLD), WORLD, 1);
	make(world, 0);
	make(world, SERVER);
	estab_world_wire(world, 0, 0, SERVER, 0, &wire, &wire);
	listener = estab_socket_open(sockets[SERVER], AF_INET, SOCK_STREAM, 0);
	estab_socket_bind(sockets[SERVER], listener, (void *)&at, sizeof at);
	estab_socket_listen(sockets[SERVER], listener, 4096);
	at.sin_addr.s_addr = inet_addr("10.0.0.2");
	for (int n = 0; answers < CONNECTIONS;) {
		for (int i = 0; i < 100 && n < CONNECTIONS; i++, n++)
			estab_socket_connect(sockets[!SERVER],
			    estab_socket_open(sockets[!SERVER], AF_INET,
			        SOCK_STREAM, 0),
			    (void *)&at, sizeof at);
		if (estab_world_step(world, ESTAB_MINUTE) == 0)
			break;
		serve(listener);
		answers += call();
	}
	printf("%d connections are open, %d answers came\n", CONNECTIONS,
	    answers);
	return answers != CONNECTIONS;
}
