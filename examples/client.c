/* SPDX-License-Identifier: BSD-2-Clause
 *
 * client.c - connects to an address at port 7, says hello and prints the
 * answer.  host_up() is examples/up.c.
 *
 *     client [DEVICE [PEER]]        estab0 and 10.9.0.1 unless told
 */
#include "up.h"

int
main(int argc, char **argv)
{
	struct estab_loop *loop =
	    host_up(argc > 1 ? argv[1] : "estab0", "10.9.0.2");
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	const int c = estab_loop_socket(loop, AF_INET, SOCK_STREAM, 0);
	char text[16] = "";

	at.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "10.9.0.1");
	if (estab_loop_connect(loop, c, (void *)&at, sizeof at) < 0) {
		perror("connect");
		return 1;
	}
	if (estab_loop_send(loop, c, "hello", 5, 0) != 5 ||
	    estab_loop_recv(loop, c, text, 5, MSG_WAITALL) != 5) {
		perror("no answer");
		return 1;
	}
	puts(text);
	estab_loop_close(loop, c);
	estab_loop_free(loop, estab_clock() + ESTAB_SECOND);
	return 0;
}
