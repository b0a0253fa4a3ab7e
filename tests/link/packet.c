/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.c - a packet socket on one end of a veth pair, the kernel or a
 * second device at the other, in a network namespace of this test's own.
 */
#include <estab/link.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7777
#define OURS "02:00:00:00:00:02"
#define ETHERNET 14

static bool permitted; /* a namespace with veth pairs in it is to be had */
static char ours[16], kernels[16]; /* names of the two ends */
static struct estab_device device = { .fd = -1 }, second = { .fd = -1 };

static int
shell(const char *format, ...)
{
	char command[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	return system(command);
}

static int
close_devices(void **unused)
{
	(void)unused;
	if (device.fd >= 0)
		device.close(&device);
	if (second.fd >= 0)
		second.close(&second);
	if (permitted)
		(void)shell("ip link delete %s 2>/dev/null", ours);
	return 0;
}

/* Frames into a pair whose carrier is not yet known are lost. */
static void
await_carrier(void)
{
	assert_int_equal(shell("until ip link show %s | grep -q 'state UP' &&"
	                       " ip link show %s | grep -q 'state UP';"
	                       "do sleep 0.01; done",
	                     ours, kernels),
	    0);
}

/* First line of each test: a pair as new, a device on our end of it, and a
 * kernel that need not ask who we are. */
static void
need_pair(void)
{
	if (!permitted) {
		print_message("SKIP: no network namespace of our own with a "
		              "veth pair in it (root is needed)\n");
		skip();
	}
	(void)close_devices(NULL); /* of the test before */
	assert_int_equal(shell("set -e; ip link add %s type veth peer name %s;"
	                       "ip link set %s address " OURS
	                       " addrgenmode none up;"
	                       "ip link set %s addrgenmode none up;"
	                       "ip addr add 10.9.0.1/24 dev %s;"
	                       "ip addr add fd00:9::1/64 dev %s nodad;"
	                       "ip neigh add 10.9.0.2 lladdr " OURS " dev %s;"
	                       "ip neigh add fd00:9::2 lladdr " OURS " dev %s",
	                     ours, kernels, ours, kernels, kernels, kernels,
	                     kernels, kernels),
	    0);
	await_carrier();
	assert_int_equal(estab_device_packet(&device, ours), 0);
}

/* The next frame of an Ethernet type; what the kernel says unasked is passed
 * over. */
static struct estab_frame
next_frame(struct estab_device *from, uint16_t type)
{
	struct pollfd wait = { .fd = from->fd, .events = POLLIN };

	for (;;) {
		struct estab_frame frame;

		assert_int_equal(poll(&wait, 1, 2000), 1);
		if (from->receive(from, &frame, 1) < 1)
			continue;
		assert_int_equal(frame.span_count, 1);
		const uint8_t *const data = frame.span[0].data;

		if ((data[12] << 8 | data[13]) == type)
			return frame;
	}
}

static bool
is_readable(const struct estab_device *of, int ms)
{
	struct pollfd wait = { .fd = of->fd, .events = POLLIN };

	return poll(&wait, 1, ms) != 0;
}

/* Take what waits. */
static void
drain(struct estab_device *from)
{
	struct estab_frame frame;

	while (from->receive(from, &frame, 1) > 0)
		;
}

static struct sockaddr_in6
host_behind(bool v6)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };

	assert_int_equal(inet_pton(AF_INET6,
	                     v6 ? "fd00:9::2" : "::ffff:10.9.0.2",
	                     &to.sin6_addr),
	    1);
	return to;
}

/* n datagrams of the kernel's to the host behind the device. */
static void
send_datagrams(bool v6, size_t n, size_t bytes)
{
	const struct sockaddr_in6 to = host_behind(v6);
	const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	static uint8_t data[65536];

	for (size_t i = 0; i < n; i++) {
		data[0] = (uint8_t)i;
		assert_int_equal(sendto(fd, data, bytes, 0, (const void *)&to,
		                     sizeof to),
		    bytes);
	}
	(void)close(fd);
}

/* ---- Frames -------------------------------------------------------------- */

static void
an_arp_request_is_answered_by_the_kernel(void **unused)
{
	uint8_t request[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0,
		0, 2, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10,
		9, 0, 2, 0, 0, 0, 0, 0, 0, 10, 9, 0, 1 };
	/* In pieces, and of odd lengths: the kernel gathers them. */
	const struct estab_frame frame = {
		.span = { { request, 14 }, { request + 14, 9 },
		    { request + 23, 19 } },
		.span_count = 3,
	};

	(void)unused;
	need_pair();
	assert_int_equal(device.link.mtu, 1500);
	assert_int_equal(device.send(&device, &frame, 1), 1);

	const uint8_t *const data = next_frame(&device, 0x0806).span[0].data;

	assert_memory_equal(data, "\2\0\0\0\0\2", 6);
	assert_memory_equal(data + 20, "\0\2", 2); /* a reply */
	assert_memory_equal(data + 28, "\x0a\x09\0\1\2\0\0\0\0\2", 10);
}

static void
a_batch_holds_frames_in_the_order_they_came(void **unused)
{
	struct estab_frame frames[200];

	(void)unused;
	need_pair();
	for (int v6 = 0; v6 <= 1; v6++) {
		const uint32_t headers = ETHERNET + (v6 ? 48 : 28);
		uint8_t seen = 0;
		int n;

		send_datagrams(v6 == 1, 100, 1000);
		do {
			n = device.receive(&device, frames, 200);
			assert_true(n >= 0 && n <= 64);
			for (int i = 0; i < n; i++) {
				const struct estab_span *span = frames[i].span;

				if (span->length != headers + 1000)
					continue;
				assert_int_equal(span->data[headers], seen);
				seen++;
			}
		} while (n > 0);
		assert_int_equal(seen, 100);
	}
}

static void
the_largest_frame_comes_whole_behind_others(void **unused)
{
	struct estab_frame frames[64];
	int large = 0, n;

	(void)unused;
	need_pair();
	assert_int_equal(shell("ip link set %s mtu 65535; ip link set %s mtu 65535",
	                     ours, kernels),
	    0);
	send_datagrams(false, 3, 10);
	send_datagrams(false, 4, 65507);
	while ((n = device.receive(&device, frames, 64)) > 0) {
		for (int i = 0; i < n; i++) {
			const struct estab_span *const span = frames[i].span;

			if (span->length != ETHERNET + 65535)
				continue;
			assert_int_equal(span->data[ETHERNET + 28], large);
			assert_int_equal(span->data[ETHERNET + 65534], 0);
			large++;
		}
	}
	assert_int_equal(large, 4);
}

static void
what_leaves_by_the_interface_is_not_seen(void **unused)
{
	uint8_t hello[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,
		2, 0x88, 0xb5 };
	uint8_t back[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0x88, 0xb5,
		1 };
	const struct estab_frame frame = { .span = { { hello, sizeof hello } },
		.span_count = 1 };
	const struct estab_frame answer = { .span = { { back, sizeof back } },
		.span_count = 1 };
	struct estab_device beside;

	(void)unused;
	need_pair();
	assert_int_equal(estab_device_packet(&second, kernels), 0);
	assert_int_equal(estab_device_packet(&beside, ours), 0);
	/* Ours, and another program's by the same interface. */
	assert_int_equal(device.send(&device, &frame, 1), 1);
	assert_int_equal(beside.send(&beside, &frame, 1), 1);
	beside.close(&beside);
	assert_int_equal(next_frame(&second, 0x88b5).span[0].length, 60);
	assert_int_equal(second.send(&second, &answer, 1), 1);
	assert_int_equal(next_frame(&device, 0x88b5).span[0].data[14], 1);
}

static void
a_frame_of_another_lan_is_not_seen(void **unused)
{
	uint8_t tagged[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0,
		0, 3, 0x81, 0x00, 0, 7, 0x88, 0xb5 };
	uint8_t plain[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,
		3, 0x88, 0xb5, 1 };
	const struct estab_frame frames[2] = {
		{ .span = { { tagged, sizeof tagged } }, .span_count = 1 },
		{ .span = { { plain, sizeof plain } }, .span_count = 1 },
	};

	(void)unused;
	need_pair();
	assert_int_equal(estab_device_packet(&second, kernels), 0);
	assert_int_equal(second.send(&second, frames, 2), 2);
	/* The first to be seen is the second of them. */
	assert_int_equal(next_frame(&device, 0x88b5).span[0].data[14], 1);
}

static void
a_frame_that_is_none_is_taken_and_lost(void **unused)
{
	uint8_t nonsense[24] = { 0xf0 };
	const struct estab_frame frames[3] = {
		{ .span = { { nonsense, 5 } }, .span_count = 1 },
		{ .span_count = 0 },
		{ .span = { { nonsense, sizeof nonsense } }, .span_count = 1 },
	};

	(void)unused;
	need_pair();
	assert_int_equal(device.send(&device, frames, 3), 3);
}

/* ---- What the kernel says of them ---------------------------------------- */

/* Whether the kernel's end completes them before they go into the wire. */
static void
complete_checksums(bool complete)
{
	struct ethtool_value offload = { .cmd = ETHTOOL_STXCSUM,
		.data = !complete };
	struct ifreq about = { .ifr_data = (void *)&offload };
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)strcpy(about.ifr_name, kernels);
	assert_int_equal(ioctl(fd, SIOCETHTOOL, &about), 0);
	(void)close(fd);
}

/* Of a datagram: the checksum field, as the wire has it. */
static uint16_t
datagram_checksum(const struct estab_frame *frame, bool v6)
{
	const uint8_t *const udp =
	    frame->span[0].data + ETHERNET + (v6 ? 40 : 20);

	return (uint16_t)(udp[6] << 8 | udp[7]);
}

static void
a_checksum_nobody_completed_is_partial(void **unused)
{
	(void)unused;
	need_pair();
	for (int v6 = 0; v6 <= 1; v6++) {
		struct estab_frame frame;

		drain(&device);
		send_datagrams(v6 == 1, 1, 100);
		frame = next_frame(&device, v6 ? 0x86dd : 0x0800);
		assert_int_equal(frame.checksum, ESTAB_CHECKSUM_PARTIAL);
		assert_int_equal(frame.segment_count, 0);
		/* With the wire's offload off, it is complete. */
		complete_checksums(true);
		const uint16_t partial = datagram_checksum(&frame, v6 == 1);

		send_datagrams(v6 == 1, 1, 100);
		frame = next_frame(&device, v6 ? 0x86dd : 0x0800);
		assert_int_not_equal(frame.checksum, ESTAB_CHECKSUM_PARTIAL);
		assert_int_not_equal(datagram_checksum(&frame, v6 == 1),
		    partial);
		complete_checksums(false);
	}
}

static void
set(int fd, int level, int option, const void *value, socklen_t size)
{
	assert_int_equal(setsockopt(fd, level, option, value, size), 0);
}

/* A connection of the kernel's that never shook hands (TCP_REPAIR). */
static int
ready_made(bool v6)
{
	const struct sockaddr_in6 to = host_behind(v6);
	const int fd = socket(AF_INET6, SOCK_STREAM, 0);
	const struct tcp_repair_window window = { .snd_wl1 = 1,
		.snd_wnd = 60000,
		.max_window = 60000,
		.rcv_wnd = 60000,
		.rcv_wup = 1 };
	const int on = 1, off = 0;

	set(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on);
	for (int queue = TCP_RECV_QUEUE; queue <= TCP_SEND_QUEUE; queue++) {
		set(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof queue);
		set(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &on, sizeof on);
	}
	assert_int_equal(connect(fd, (const void *)&to, sizeof to), 0);
	set(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &window, sizeof window);
	set(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof off);
	return fd;
}

static void
joined_segments_are_counted(void **unused)
{
	static const uint8_t data[8500];

	(void)unused;
	need_pair();
	for (int v6 = 0; v6 <= 1; v6++) {
		const uint32_t headers = ETHERNET + (v6 ? 60 : 40);
		/* of a peer that has named none (RFC 9293 3.7.1) */
		const uint16_t mss = v6 ? 1220 : 536;
		const int fd = ready_made(v6 == 1);
		struct estab_frame frame;

		drain(&device);
		assert_int_equal(write(fd, data, sizeof data), sizeof data);
		do
			frame = next_frame(&device, v6 ? 0x86dd : 0x0800);
		while (frame.span[0].length <= headers + mss);
		assert_int_equal(frame.checksum, ESTAB_CHECKSUM_PARTIAL);
		assert_int_equal(frame.segment_bytes, mss);
		assert_int_equal(frame.segment_count,
		    (frame.span[0].length - headers + mss - 1) / mss);
		(void)close(fd);
	}
}

/* Who goes on waiting has a few frames more, and then nothing: no spin. */
static void
sleeps_from_now_on(void)
{
	for (int i = 0; i < 10 && is_readable(&device, 50); i++)
		drain(&device);
	assert_false(is_readable(&device, 50));
}

/* ---- Errors -------------------------------------------------------------- */

static void
nothing_there_is_no_error(void **unused)
{
	struct estab_frame frame;

	(void)unused;
	need_pair();
	drain(&device);
	assert_int_equal(device.receive(&device, &frame, 1), 0);
}

static void
a_device_that_goes_down_says_so_once(void **unused)
{
	uint8_t bytes[60] = { 0 };
	struct estab_frame frame = { .span = { { bytes, sizeof bytes } },
		.span_count = 1 };

	(void)unused;
	need_pair();
	drain(&device);
	assert_int_equal(shell("ip link set %s down", ours), 0);
	assert_true(is_readable(&device, 2000));
	assert_int_equal(device.send(&device, &frame, 1), -ENETDOWN);
	assert_int_equal(device.receive(&device, &frame, 1), -ENETDOWN);
	assert_non_null(strstr(estab_device_strerror(-ENETDOWN), "down"));
	sleeps_from_now_on();
}

static void
a_device_that_was_down_works_when_it_is_up_again(void **unused)
{
	struct estab_frame frame;

	(void)unused;
	need_pair();
	assert_int_equal(shell("ip link set %s down", ours), 0);
	assert_int_equal(device.receive(&device, &frame, 1), -ENETDOWN);
	assert_int_equal(device.send(&device, NULL, 0), -ENETDOWN);
	assert_int_equal(shell("ip link set %s up", ours), 0);
	assert_int_equal(device.send(&device, NULL, 0), 0);
	await_carrier();
	send_datagrams(false, 1, 100);
	assert_int_equal(next_frame(&device, 0x0800).span[0].length,
	    ETHERNET + 128);
}

static void
a_device_that_was_removed_says_so(void **unused)
{
	uint8_t bytes[60] = { 0 };
	struct estab_frame frame = { .span = { { bytes, sizeof bytes } },
		.span_count = 1 };

	(void)unused;
	need_pair();
	drain(&device);
	/* Another of the same name is another. */
	assert_int_equal(shell("set -e; ip link delete %s;"
	                       "ip link add %s type veth peer name %s",
	                     ours, ours, kernels),
	    0);
	assert_int_equal(device.receive(&device, &frame, 1), -EBADFD);
	assert_int_equal(device.send(&device, &frame, 1), -EBADFD);
	assert_non_null(strstr(estab_device_strerror(-EBADFD), "removed"));
	sleeps_from_now_on();
}

static void
a_smaller_mtu_is_learned_from_the_first_frame_too_large(void **unused)
{
	static uint8_t bytes[ETHERNET + 1500] = { 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	const struct estab_frame frames[2] = {
		{ .span = { { bytes, sizeof bytes } }, .span_count = 1 },
		{ .span = { { bytes, ETHERNET + 1280 } }, .span_count = 1 },
	};

	(void)unused;
	need_pair();
	assert_int_equal(estab_device_packet(&second, kernels), 0);
	assert_int_equal(shell("ip link set %s mtu 1280", ours), 0);
	assert_int_equal(device.send(&device, frames, 2), 0);
	assert_int_equal(device.link.mtu, 1280);
	/* Whoever insists has been told, and loses it. */
	assert_int_equal(device.send(&device, frames, 2), 2);
	assert_int_equal(next_frame(&second, 0x88b5).span[0].length,
	    ETHERNET + 1280);
}

static void
what_is_no_ethernet_interface_is_refused(void **unused)
{
	static const char *const bad[] = { "", "sixteen-letters0", "a/b", "t%d",
		"a b", "a:b", ".", ".." };
	struct estab_device none;

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(estab_device_packet(&none, bad[i]), -EINVAL);
	need_pair();
	assert_int_equal(estab_device_packet(&none, "estabnone0"), -ENODEV);
	assert_int_equal(estab_device_packet(&none, "lo"), -EMEDIUMTYPE);
	assert_int_equal(shell("ip link set %s down", kernels), 0);
	assert_int_equal(estab_device_packet(&none, kernels), -ENETDOWN);
}

static void
who_may_not_is_told_what_is_needed(void **unused)
{
	struct estab_device none;

	(void)unused;
	need_pair();
	assert_int_equal(seteuid(65534), 0);
	const int result = estab_device_packet(&none, kernels);

	assert_int_equal(seteuid(0), 0);
	assert_int_equal(result, -EPERM);
	assert_non_null(strstr(estab_device_strerror(-EPERM), "CAP_NET_RAW"));
}

/* A namespace of our own: nothing here is seen by, or left to, the machine. */
static int
enter_namespace(void **unused)
{
	(void)unused;
	(void)snprintf(ours, sizeof ours, "o%d", (int)getpid());
	(void)snprintf(kernels, sizeof kernels, "k%d", (int)getpid());
	permitted = unshare(CLONE_NEWNET) == 0 &&
	    shell("ip link add %s type veth peer name %s 2>/dev/null", ours,
	        kernels) == 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arp_request_is_answered_by_the_kernel),
		cmocka_unit_test(a_batch_holds_frames_in_the_order_they_came),
		cmocka_unit_test(the_largest_frame_comes_whole_behind_others),
		cmocka_unit_test(what_leaves_by_the_interface_is_not_seen),
		cmocka_unit_test(a_frame_of_another_lan_is_not_seen),
		cmocka_unit_test(a_frame_that_is_none_is_taken_and_lost),
		cmocka_unit_test(a_checksum_nobody_completed_is_partial),
		cmocka_unit_test(joined_segments_are_counted),
		cmocka_unit_test(nothing_there_is_no_error),
		cmocka_unit_test(a_device_that_goes_down_says_so_once),
		cmocka_unit_test(a_device_that_was_down_works_when_it_is_up_again),
		cmocka_unit_test(a_device_that_was_removed_says_so),
		cmocka_unit_test(
		    a_smaller_mtu_is_learned_from_the_first_frame_too_large),
		cmocka_unit_test(what_is_no_ethernet_interface_is_refused),
		cmocka_unit_test(who_may_not_is_told_what_is_needed),
	};

	return cmocka_run_group_tests(tests, enter_namespace, close_devices);
}
