/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sides.c - two hosts that many threads use.
 */
#include "loop/sides.h"

#define ARENA ((size_t)32 * 1024 * 1024)

struct side side[2];

/* ---- A device on a pair of sockets --------------------------------------- */

static int
wire_receive(struct estab_device *device, struct estab_frame *frames,
    size_t max)
{
	struct wire *wire = device->state;
	size_t n = 0;

	while (n < max && n < 64) {
		const ssize_t bytes =
		    recv(device->fd, wire->packet[n], MTU, MSG_DONTWAIT);

		if (bytes <= 0)
			break;
		memset(&frames[n], 0, sizeof frames[n]);
		frames[n].span[0].data = wire->packet[n];
		frames[n].span[0].length = (uint32_t)bytes;
		frames[n].span_count = 1;
		n++;
	}
	return (int)n;
}

static int
wire_send(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	const struct wire *wire = device->state;
	uint8_t flat[MTU];

	if (wire->fails)
		return -EIO;
	for (size_t i = 0; i < n; i++) {
		const uint32_t bytes = estab_frame_gather(&frames[i], flat);

		if (send(device->fd, flat, bytes, MSG_DONTWAIT) < 0)
			return errno == EAGAIN || errno == ENOBUFS ? (int)i :
			                                             -errno;
	}
	return (int)n;
}

static void
wire_close(struct estab_device *device)
{
	close(device->fd);
}

/* ---- Two ends ------------------------------------------------------------ */

struct sockaddr_in
address_of(int i, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(0x0a000001u + (uint32_t)i);
	return a;
}

static void
make_side(int i, int fd)
{
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.send_bytes = 64 * 1024,
		.receive_bytes = 64 * 1024 };
	struct estab_address own = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)(i + 1) }
	};

	side[i].wire.device = (struct estab_device){
		.link.mtu = MTU,
		.fd = fd,
		.receive = wire_receive,
		.send = wire_send,
		.close = wire_close,
		.state = &side[i].wire,
	};
	side[i].arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	assert_int_equal(estab_host_create(&side[i].host, side[i].arena, ARENA,
	                     &config, estab_clock()),
	    0);
	assert_int_equal(estab_loop_create(&side[i].loop, side[i].host, SOCKETS),
	    0);
	assert_int_equal(estab_loop_add(side[i].loop, &side[i].wire.device), 0);
	assert_int_equal(estab_address_add(side[i].host, 0, &own, 24), 0);
}

/* The first side has no thread: its program drives it. */
int
setup_without(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
	side[0].wire.fails = false;
	make_side(0, fd[0]);
	make_side(1, fd[1]);
	assert_int_equal(estab_loop_start(side[1].loop), 0);
	return 0;
}

int
setup(void **state)
{
	(void)setup_without(state);
	assert_int_equal(estab_loop_start(side[0].loop), 0);
	errno = 0;
	assert_int_equal(estab_loop_start(side[0].loop), -1);
	assert_int_equal(errno, EALREADY);
	return 0;
}

int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		estab_loop_free(side[i].loop, estab_clock());
		assert_int_equal(estab_counter(side[i].host,
		                     ESTAB_COUNT_TCPInvariant),
		    0);
	}
	for (int i = 0; i < 2; i++) {
		side[i].wire.device.close(&side[i].wire.device);
		free(side[i].arena);
	}
	return 0;
}

int
listener(void)
{
	const struct sockaddr_in at = address_of(1, PORT);
	const int l = estab_loop_socket(side[1].loop, AF_INET, SOCK_STREAM, 0);

	assert_true(l >= 0);
	assert_int_equal(estab_loop_bind(side[1].loop, l,
	                     (const struct sockaddr *)&at, sizeof at),
	    0);
	assert_int_equal(estab_loop_listen(side[1].loop, l, 16), 0);
	return l;
}

int
dial(void)
{
	const struct sockaddr_in at = address_of(1, PORT);
	const int c = estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);

	assert_true(c >= 0);
	assert_int_equal(estab_loop_connect(side[0].loop, c,
	                     (const struct sockaddr *)&at, sizeof at),
	    0);
	return c;
}

void
open_pair(int *l, int *c, int *s)
{
	*l = listener();
	*c = dial();
	*s = estab_loop_accept(side[1].loop, *l, NULL, NULL, 0);
	assert_true(*s >= 0);
}
