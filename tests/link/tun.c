/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tun.c - a TUN device in a network namespace of this test's own, with the
 * kernel at its other end.
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
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME "estabtest0"
#define PORT 7777

static bool permitted; /* a namespace and the TUN node are to be had */
static struct estab_device device = { .fd = -1 };

static struct estab_address
address(const char *text)
{
	struct estab_address parsed;

	assert_int_equal(estab_address_parse(text, &parsed), 0);
	return parsed;
}

static int
close_device(void **unused)
{
	(void)unused;
	if (device.fd >= 0)
		device.close(&device);
	return 0;
}

/* First line of each test: a device as new. */
static void
need_device(void)
{
	if (!permitted) {
		print_message("SKIP: no network namespace of our own with a "
		              "TUN device in it (root is needed)\n");
		skip();
	}
	(void)close_device(NULL); /* of the test before */
	assert_int_equal(estab_device_tun(&device, NAME), 0);
}

static void
configure(const char *text, uint8_t bits)
{
	const struct estab_address ours = address(text);

	assert_int_equal(estab_device_configure(NAME, &ours, bits, 1400, 1000),
	    0);
}

/* A fact about the interface, by one of the SIOCGIF... requests. */
static struct ifreq
fact(unsigned long request)
{
	struct ifreq about = { .ifr_name = NAME };
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, request, &about), 0);
	(void)close(fd);
	return about;
}

static uint16_t
sum(const uint8_t *data, size_t n, uint32_t start)
{
	for (size_t i = 0; i < n; i++)
		start += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
	while (start > 0xffff)
		start = (start & 0xffff) + (start >> 16);
	return (uint16_t)start;
}

static void
store(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The next packet that is of this IP version and protocol; what the kernel
 * says unasked (router solicitations, group reports) is passed over. */
static struct estab_frame
next_packet(uint8_t version, uint8_t protocol)
{
	struct pollfd wait = { .fd = device.fd, .events = POLLIN };

	for (;;) {
		struct estab_frame frame;

		assert_int_equal(poll(&wait, 1, 2000), 1);
		assert_int_equal(device.receive(&device, &frame, 1), 1);
		assert_int_equal(frame.span_count, 1);
		const uint8_t *const data = frame.span[0].data;

		if (data[0] >> 4 == version &&
		    data[version == 4 ? 9 : 6] == protocol)
			return frame;
	}
}

/* ---- Packets ------------------------------------------------------------ */

static void
an_echo_request_is_answered_by_the_kernel(void **unused)
{
	uint8_t packet[20 + 8 + 5] = { 0x45, 0, 0, sizeof packet, 0, 0, 0, 0,
		64, 1, 0, 0, 10, 9, 0, 2, 10, 9, 0, 1, 8, 0, 0, 0, 0x12, 0x34,
		0, 1, 'h', 'e', 'l', 'l', 'o' };
	/* In pieces, and of odd lengths: the kernel gathers them. */
	const struct estab_frame frame = {
		.span = { { packet, 20 }, { packet + 20, 9 },
		    { packet + 29, 4 } },
		.span_count = 3,
	};

	(void)unused;
	need_device();
	configure("10.9.0.1", 24);
	store(packet + 10, (uint16_t)~sum(packet, 20, 0));
	store(packet + 22, (uint16_t)~sum(packet + 20, 13, 0));
	assert_int_equal(device.send(&device, &frame, 1), 1);

	const struct estab_frame answer = next_packet(4, 1);
	const uint8_t *const data = answer.span[0].data;

	assert_int_equal(answer.span[0].length, sizeof packet);
	assert_int_equal(answer.checksum, ESTAB_CHECKSUM_UNVERIFIED);
	assert_int_equal(data[20], 0); /* echo reply */
	assert_memory_equal(data + 12, "\x0a\x09\x00\x01\x0a\x09\x00\x02", 8);
	assert_memory_equal(data + 24, "\x12\x34\x00\x01hello", 9);
}

static void
a_partial_checksum_is_completed_on_the_way(void **unused)
{
	/* A SYN to a port where nobody listens: who takes it answers RST. */
	uint8_t packet[20 + 20] = { 0x45, 0, 0, sizeof packet, 0, 0, 0, 0, 64,
		6, 0, 0, 10, 9, 0, 2, 10, 9, 0, 1, 0x30, 0x39, PORT >> 8,
		PORT & 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0x10, 0 };
	const struct estab_frame frame = {
		.span = { { packet, 20 }, { packet + 20, 20 } },
		.span_count = 2,
		.checksum = ESTAB_CHECKSUM_PARTIAL,
	};

	(void)unused;
	need_device();
	configure("10.9.0.1", 24);
	store(packet + 10, (uint16_t)~sum(packet, 20, 0));
	/* the pseudo-header: addresses, protocol, length */
	store(packet + 36, sum(packet + 12, 8, 6 + 20));
	assert_int_equal(device.send(&device, &frame, 1), 1);
	assert_int_equal(next_packet(4, 6).span[0].data[33], 0x14);
}

/* n datagrams of the kernel's to the host behind the device. */
static void
send_datagrams(size_t n, size_t bytes)
{
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(0x0a090002) };
	static uint8_t data[65536];

	for (size_t i = 0; i < n; i++) {
		data[0] = (uint8_t)i;
		assert_int_equal(sendto(fd, data, bytes, 0,
		                     (struct sockaddr *)&to, sizeof to),
		    bytes);
	}
	(void)close(fd);
}

static void
a_batch_holds_packets_in_the_order_they_came(void **unused)
{
	struct estab_frame frames[200];
	uint8_t seen = 0;
	int n;

	(void)unused;
	need_device();
	configure("10.9.0.1", 24);
	send_datagrams(100, 1000);
	do {
		n = device.receive(&device, frames, 200);
		assert_true(n >= 0 && n <= 64);
		for (int i = 0; i < n; i++) {
			const uint8_t *const data = frames[i].span[0].data;

			if (data[0] >> 4 != 4 || data[9] != 17)
				continue;
			assert_int_equal(frames[i].span[0].length, 1028);
			assert_int_equal(data[28], seen);
			seen++;
		}
	} while (n > 0);
	assert_int_equal(seen, 100);
}

static void
the_largest_packet_comes_whole_behind_others(void **unused)
{
	const struct estab_address ours = address("10.9.0.1");
	struct estab_frame frames[64];
	int large = 0, n;

	(void)unused;
	need_device();
	assert_int_equal(estab_device_configure(NAME, &ours, 24, 65535, 1000),
	    0);
	send_datagrams(3, 10);
	send_datagrams(4, 65507);
	while ((n = device.receive(&device, frames, 64)) > 0) {
		for (int i = 0; i < n; i++) {
			const struct estab_span *const span = frames[i].span;

			if (span->length != 65535)
				continue;
			assert_int_equal(span->data[28], large);
			assert_int_equal(span->data[65534], 0);
			large++;
		}
	}
	assert_int_equal(large, 4);
}

static void
nothing_there_is_no_error(void **unused)
{
	struct estab_frame frame;
	int n;

	(void)unused;
	need_device();
	while ((n = device.receive(&device, &frame, 1)) > 0)
		;
	assert_int_equal(n, 0);
}

static void
a_packet_that_is_none_is_taken_and_lost(void **unused)
{
	uint8_t nonsense[24] = { 0xf0 };
	const struct estab_frame frames[2] = {
		{ .span = { { nonsense, sizeof nonsense } }, .span_count = 1 },
		{ .span = { { nonsense, 1 } }, .span_count = 1 },
	};

	(void)unused;
	need_device();
	configure("10.9.0.1", 24);
	assert_int_equal(device.send(&device, frames, 2), 2);
}

/* ---- The kernel's end --------------------------------------------------- */

static void
both_families_can_be_used_at_once(void **unused)
{
	const int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 here = { .sin6_family = AF_INET6 };

	(void)unused;
	need_device();
	configure("10.9.0.1", 24);
	configure("fd00:9::1", 64);
	/* A tentative address could not be bound. */
	assert_int_equal(inet_pton(AF_INET6, "fd00:9::1", &here.sin6_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
	(void)close(fd);
}

static void
mtu_queue_and_up_are_set(void **unused)
{
	(void)unused;
	need_device();
	assert_int_equal(device.link.mtu, 1500);
	configure("10.9.0.1", 24);
	configure("10.9.0.1", 24); /* again: no error */
	assert_int_equal(fact(SIOCGIFMTU).ifr_mtu, 1400);
	assert_int_equal(fact(SIOCGIFTXQLEN).ifr_qlen, 1000);
	assert_true(fact(SIOCGIFFLAGS).ifr_flags & IFF_UP);
	/* What is left out stays. */
	assert_int_equal(estab_device_configure(NAME, NULL, 0, 0, 0), 0);
	assert_int_equal(fact(SIOCGIFMTU).ifr_mtu, 1400);
	assert_int_equal(fact(SIOCGIFTXQLEN).ifr_qlen, 1000);
}

static void
the_device_goes_away_with_close(void **unused)
{
	(void)unused;
	need_device();
	assert_int_not_equal(if_nametoindex(NAME), 0);
	device.close(&device);
	device.close(&device);
	assert_int_equal(device.fd, -1);
	assert_int_equal(if_nametoindex(NAME), 0);
}

/* ---- Errors ------------------------------------------------------------- */

static void
a_device_that_is_down_says_so(void **unused)
{
	uint8_t packet[20] = { 0x45, 0, 0, 20 };
	const struct estab_frame frame = { .span = { { packet, 20 } },
		.span_count = 1 };

	(void)unused;
	need_device();
	assert_int_equal(device.send(&device, &frame, 1), -ENETDOWN);
	assert_int_equal(device.send(&device, NULL, 0), -ENETDOWN);
	assert_non_null(strstr(estab_device_strerror(-ENETDOWN), "down"));
	configure("10.9.0.1", 24);
	assert_int_equal(device.send(&device, NULL, 0), 0);
}

static void
a_device_that_was_removed_says_so(void **unused)
{
	struct estab_frame frame;

	(void)unused;
	need_device();
	assert_int_equal(system("ip link delete " NAME), 0);
	assert_int_equal(device.receive(&device, &frame, 1), -EBADFD);
	assert_int_equal(device.send(&device, NULL, 0), -EBADFD);
	assert_non_null(strstr(estab_device_strerror(-EBADFD), "removed"));
}

static void
a_device_in_use_says_so(void **unused)
{
	struct estab_device second;

	(void)unused;
	need_device();
	assert_int_equal(estab_device_tun(&second, NAME), -EBUSY);
	assert_non_null(strstr(estab_device_strerror(-EBUSY), "another"));
}

static void
a_name_the_kernel_would_change_is_refused(void **unused)
{
	static const char *const bad[] = { "", "sixteen-letters0", "a/b", "t%d",
		"a b", "a:b", ".", ".." };
	struct estab_device none;

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(estab_device_tun(&none, bad[i]), -EINVAL);
}

static void
what_cannot_be_configured_is_refused(void **unused)
{
	const struct estab_address v4 = address("10.9.0.1");

	(void)unused;
	need_device();
	assert_int_equal(estab_device_configure("estabnone0", &v4, 24, 0, 0),
	    -ENODEV);
	assert_int_equal(estab_device_configure(NAME, &v4, 33, 0, 0), -EINVAL);
}

static void
every_error_has_words(void **unused)
{
	(void)unused;
	assert_string_equal(estab_device_strerror(0), "no error");
	for (int error = 1; error < 200; error++)
		assert_true(strlen(estab_device_strerror(-error)) > 3);
}

/* A namespace of our own: nothing here is seen by, or left to, the machine. */
static int
enter_namespace(void **unused)
{
	(void)unused;
	permitted = unshare(CLONE_NEWNET) == 0 &&
	    access("/dev/net/tun", R_OK | W_OK) == 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_request_is_answered_by_the_kernel),
		cmocka_unit_test(a_partial_checksum_is_completed_on_the_way),
		cmocka_unit_test(a_batch_holds_packets_in_the_order_they_came),
		cmocka_unit_test(the_largest_packet_comes_whole_behind_others),
		cmocka_unit_test(nothing_there_is_no_error),
		cmocka_unit_test(a_packet_that_is_none_is_taken_and_lost),
		cmocka_unit_test(both_families_can_be_used_at_once),
		cmocka_unit_test(mtu_queue_and_up_are_set),
		cmocka_unit_test(the_device_goes_away_with_close),
		cmocka_unit_test(a_device_that_is_down_says_so),
		cmocka_unit_test(a_device_that_was_removed_says_so),
		cmocka_unit_test(a_device_in_use_says_so),
		cmocka_unit_test(a_name_the_kernel_would_change_is_refused),
		cmocka_unit_test(what_cannot_be_configured_is_refused),
		cmocka_unit_test(every_error_has_words),
	};

	return cmocka_run_group_tests(tests, enter_namespace, close_device);
}
