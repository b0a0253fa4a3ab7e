/* SPDX-License-Identifier: BSD-2-Clause
 *
 * server.c - listens at port 7 and sends back what it reads, one connection
 * after the other.  host_up() is examples/up.c.
 */
#include "up.h"

int
main(int argc, char **argv)
{
	struct estab_loop *loop = host_up(argc > 1 ? argv[1] : "estab0",
	    argc > 2 ? argv[2] : "10.9.0.2");
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	const int l = estab_loop_socket(loop, AF_INET, SOCK_STREAM, 0);
	char text[4096];
	ssize_t n;

	estab_loop_bind(loop, l, (void *)&at, sizeof at);
	estab_loop_listen(loop, l, 16);
	for (;;) {
		const int s = estab_loop_accept(loop, l, NULL, NULL, 0);

		while ((n = estab_loop_recv(loop, s, text, sizeof text, 0)) > 0)
			estab_loop_send(loop, s, text, (size_t)n, 0);
		estab_loop_close(loop, s);
	}
}
