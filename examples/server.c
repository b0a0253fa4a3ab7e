/* SPDX-License-Identifier: BSD-2-Clause
 *
 * server.c - listens at port 7 and sends back what it reads, one connection
 * after the other, until something fails.  host_up() is examples/up.c.
 *
 *     server [DEVICE [ADDRESS]]     estab0 and 10.9.0.2 unless told
 */
#include "up.h"

static int
fail(const char *what)
{
	perror(what);
	return 1;
}

static void
echo(struct estab_loop *loop, int s)
{
	char text[4096];
	ssize_t n;

	while ((n = estab_loop_recv(loop, s, text, sizeof text, 0)) > 0)
		if (estab_loop_send(loop, s, text, (size_t)n, 0) != n)
			break;
	estab_loop_close(loop, s);
}

int
main(int argc, char **argv)
{
	struct estab_loop *loop = host_up(argc > 1 ? argv[1] : "estab0",
	    argc > 2 ? argv[2] : "10.9.0.2");
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	const int l = estab_loop_socket(loop, AF_INET, SOCK_STREAM, 0);
	int s;

	if (l < 0 || estab_loop_bind(loop, l, (void *)&at, sizeof at) < 0 ||
	    estab_loop_listen(loop, l, 16) < 0)
		return fail("port 7");
	while ((s = estab_loop_accept(loop, l, NULL, NULL, 0)) >= 0)
		echo(loop, s);
	return fail("accept");
}
