/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.c - two hosts, and the packets between them carried by hand: no
 * device, no thread, no clock but the one this program makes up.
 */
#include <estab/link.h>
#include <estab/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA ((size_t)1 << 20)

static struct estab_host *host[2];
static struct estab_sockets *sockets[2];

static void
make(int i)
{
	const struct estab_config config = { .crypto = estab_crypto_native() };
	const struct estab_link link = { .mtu = 1500 };
	struct estab_address own;

	estab_address_parse(i == 0 ? "10.0.0.1" : "10.0.0.2", &own);
	estab_host_create(&host[i], aligned_alloc(ESTAB_ARENA_ALIGN, ARENA),
	    ARENA, &config, 0);
	estab_link_add(host[i], &link);
	estab_address_add(host[i], 0, &own, 24);
	estab_sockets_create(&sockets[i], malloc(estab_sockets_bytes(8)),
	    estab_sockets_bytes(8), host[i]);
}

/* Whatever leaves one host arrives at the other, until both are silent. */
static void
carry(estab_time now)
{
	struct estab_frame frame[16];
	int quiet = 0;

	for (int i = 0; quiet < 2; i = !i) {
		const int n = estab_output(host[i], frame, 16, now);

		estab_input(host[!i], frame, (size_t)n, now);
		quiet = n > 0 ? 0 : quiet + 1;
	}
}

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	char text[16] = "";
	int listener, client, server;

	make(0);
	make(1);
	at.sin_addr.s_addr = inet_addr("10.0.0.2");
	listener = estab_socket_open(sockets[1], AF_INET, SOCK_STREAM, 0);
	estab_socket_bind(sockets[1], listener, (void *)&at, sizeof at);
	estab_socket_listen(sockets[1], listener, 1);
	client = estab_socket_open(sockets[0], AF_INET, SOCK_STREAM, 0);
	if (estab_socket_connect(sockets[0], client, (void *)&at, sizeof at) !=
	        -1 ||
	    errno != EINPROGRESS)
		return 1;
	carry(ESTAB_MS);
	estab_socket_send(sockets[0], client, "hello", 5, 0);
	carry(2 * ESTAB_MS);
	server = estab_socket_accept(sockets[1], listener, NULL, NULL, 0);
	estab_socket_recv(sockets[1], server, text, sizeof text, 0);
	puts(text);
	return 0;
}
