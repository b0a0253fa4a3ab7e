/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap.c - capture files in the place of a device: what arrives, when, what is
 * written, and what is said of files that are none.
 */
#include <estab/link.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#define START (INT64_C(1700000000) * ESTAB_SECOND)

/* Types of links as files number them. */
enum {
	NULL_FAMILY = 0,
	ETHERNET = 1,
	RAW = 101,
	LOOP = 108,
	COOKED = 113,
	COOKED_2 = 276,
	WIFI = 105
};

static char in_path[] = "/tmp/estab-in-XXXXXX";
static char out_path[] = "/tmp/estab-out-XXXXXX";
static struct estab_device device;
static char why[ESTAB_DEVICE_WHY];

static uint8_t file[65536];
static size_t file_bytes;

/* A SYN of 10.0.0.1:1024 to 10.0.0.2:80, seq 0x01020304. */
static const uint8_t syn_v4[40] = { 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0x26,
	0xce, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0,
	0x50, 2, 0xff, 0xff, 0, 0, 0, 0 };
/* The same of ::1:1 to ::1:2, seq 0x05060708. */
static const uint8_t syn_v6[60] = { 0x60, 0, 0, 0, 0, 20, 6,
	64, [21] = 1, [23] = 1, [37] = 1, [39] = 2, 4, 0, 0, 80, 5, 6, 7, 8, 0,
	0, 0, 0, 0x50, 2, 0xff, 0xff };

/* ---- Files --------------------------------------------------------------- */

static void
put(const void *data, size_t n)
{
	assert_true(file_bytes + n <= sizeof file);
	memcpy(file + file_bytes, data, n);
	file_bytes += n;
}

static void
put32(uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)(value >> 16), (uint8_t)(value >> 24) };

	put(bytes, 4);
}

static void
begin_file(uint32_t type)
{
	file_bytes = 0;
	put32(0xa1b23c4d); /* pcap with nanoseconds */
	put32(4 << 16 | 2);
	put32(0);
	put32(0);
	put32(262144);
	put32(type);
}

/* A packet behind some bytes of a link's header. */
static void
put_packet(estab_time time, const char *header, size_t header_bytes,
    const uint8_t *packet, size_t bytes)
{
	put32((uint32_t)(time / ESTAB_SECOND));
	put32((uint32_t)(time % ESTAB_SECOND));
	put32((uint32_t)(header_bytes + bytes));
	put32((uint32_t)(header_bytes + bytes));
	put(header, header_bytes);
	put(packet, bytes);
}

static void
write_file(void)
{
	FILE *const to = fopen(in_path, "w");

	assert_non_null(to);
	assert_int_equal(fwrite(file, 1, file_bytes, to), file_bytes);
	assert_int_equal(fclose(to), 0);
}

static int
open_file(void)
{
	write_file();
	return estab_device_pcap(&device, in_path, NULL, why);
}

/* Take the next packet, at its time. */
static struct estab_frame
next_packet(void)
{
	struct estab_frame frame;

	device.now = device.next(&device);
	assert_int_not_equal(device.now, ESTAB_NEVER);
	assert_int_equal(device.receive(&device, &frame, 1), 1);
	assert_int_equal(frame.span_count, 1);
	return frame;
}

static int
make_paths(void **unused)
{
	(void)unused;
	return mkstemp(in_path) < 0 || mkstemp(out_path) < 0;
}

static int
remove_paths(void **unused)
{
	(void)unused;
	(void)unlink(in_path);
	(void)unlink(out_path);
	return 0;
}

/* First line of each test. */
static void
need_pcap(void)
{
	if (estab_device_pcap(&device, "/nowhere", NULL, why) == -EOPNOTSUPP) {
		print_message("SKIP: %s\n", why);
		skip();
	}
}

/* ---- What arrives -------------------------------------------------------- */

static void
packets_arrive_when_they_did(void **unused)
{
	struct estab_frame frames[4];

	(void)unused;
	need_pcap();
	begin_file(RAW);
	put_packet(START + 1, "", 0, syn_v4, sizeof syn_v4);
	put_packet(START + 1, "", 0, syn_v6, sizeof syn_v6);
	put_packet(START + ESTAB_SECOND + 7, "", 0, syn_v4, sizeof syn_v4);
	assert_int_equal(open_file(), 0);
	assert_int_equal(device.now, START + 1);
	assert_int_equal(device.next(&device), START + 1);
	device.now = START;
	assert_int_equal(device.receive(&device, frames, 4), 0);
	device.now = START + 1;
	assert_int_equal(device.receive(&device, frames, 4), 2);
	assert_int_equal(frames[1].span[0].length, sizeof syn_v6);
	assert_memory_equal(frames[1].span[0].data, syn_v6, sizeof syn_v6);
	assert_int_equal(device.next(&device), START + ESTAB_SECOND + 7);
	(void)next_packet();
	assert_int_equal(device.next(&device), ESTAB_NEVER);
	device.close(&device);
}

static void
of_every_kind_of_link_the_packet_is_taken(void **unused)
{
	static const struct {
		uint32_t type;
		const char *v4, *v6;
		size_t bytes;
	} link[] = {
		{ ETHERNET, "aaaaaabbbbbb\x08\0", "aaaaaabbbbbb\x86\xdd", 14 },
		{ RAW, "", "", 0 },
		{ COOKED, "0123456789abcd\x08\0", "0123456789abcd\x86\xdd", 16 },
		{ COOKED_2,
		    "\x08\0"
		    "0123456789abcdefgh",
		    "\x86\xdd"
		    "0123456789abcdefgh",
		    20 },
		{ NULL_FAMILY, "\2\0\0\0", "\x1e\0\0\0", 4 },
		{ LOOP, "\0\0\0\2", "\0\0\0\x18", 4 },
	};

	(void)unused;
	need_pcap();
	for (size_t i = 0; i < sizeof link / sizeof link[0]; i++) {
		begin_file(link[i].type);
		put_packet(START, link[i].v4, link[i].bytes, syn_v4,
		    sizeof syn_v4);
		put_packet(START, link[i].v6, link[i].bytes, syn_v6,
		    sizeof syn_v6);
		if (open_file() != 0)
			fail_msg("type %u: %s", link[i].type, why);
		assert_memory_equal(next_packet().span[0].data, syn_v4,
		    sizeof syn_v4);
		assert_memory_equal(next_packet().span[0].data, syn_v6,
		    sizeof syn_v6);
		device.close(&device);
	}
}

static void
what_is_no_ip_packet_is_passed_over(void **unused)
{
	(void)unused;
	need_pcap();
	begin_file(ETHERNET);
	put_packet(START, "aaaaaabbbbbb\x08\x06", 14, syn_v4, 28); /* ARP */
	put_packet(START, "aaaaaabb", 8, syn_v4, 0);
	put_packet(START, "aaaaaabbbbbb\x08\0", 14, syn_v4, sizeof syn_v4);
	assert_int_equal(open_file(), 0);
	assert_int_equal(next_packet().span[0].length, sizeof syn_v4);
	assert_int_equal(device.next(&device), ESTAB_NEVER);
	device.close(&device);
}

static void
time_does_not_run_back(void **unused)
{
	(void)unused;
	need_pcap();
	begin_file(RAW);
	put_packet(START + 5, "", 0, syn_v4, sizeof syn_v4);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	put32(1800000000); /* and so many nanoseconds there are not */
	put32(0xffffffff);
	put32(sizeof syn_v4);
	put32(sizeof syn_v4);
	put(syn_v4, sizeof syn_v4);
	assert_int_equal(open_file(), 0);
	for (int i = 0; i < 3; i++) {
		(void)next_packet();
		assert_true(device.now >= START + 5);
	}
	device.close(&device);
}

/* ---- What was answered --------------------------------------------------- */

static void
what_the_host_sends_is_written_with_its_time(void **unused)
{
	uint8_t a[30], b[10];
	const struct estab_frame frame = {
		.span = { { a, sizeof a }, { b, sizeof b } },
		.span_count = 2,
	};

	(void)unused;
	need_pcap();
	memcpy(a, syn_v4, 30);
	memcpy(b, syn_v4 + 30, 10);
	begin_file(RAW);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	write_file();
	assert_int_equal(estab_device_pcap(&device, in_path, out_path, why), 0);
	device.now = START + 3;
	assert_int_equal(device.send(&device, &frame, 1), 1);
	device.close(&device);
	/* And read again. */
	assert_int_equal(estab_device_pcap(&device, out_path, NULL, why), 0);
	assert_int_equal(device.now, START + 3);
	assert_memory_equal(next_packet().span[0].data, syn_v4, sizeof syn_v4);
	device.close(&device);
}

static void
a_file_is_not_written_while_it_is_read(void **unused)
{
	(void)unused;
	need_pcap();
	begin_file(RAW);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	write_file();
	assert_int_equal(estab_device_pcap(&device, in_path, in_path, why),
	    -EINVAL);
	assert_non_null(strstr(why, "read, too"));
	assert_int_equal(estab_device_pcap(&device, in_path, "/nowhere/x", why),
	    -EINVAL);
	assert_non_null(strstr(why, "/nowhere/x"));
}

static struct estab_endpoint
endpoint(const char *address, uint16_t port)
{
	struct estab_endpoint made = { .port = port };

	assert_int_equal(estab_address_parse(address, &made.address), 0);
	return made;
}

static void
connections_begin_with_the_numbers_of_the_capture(void **unused)
{
	const struct estab_endpoint a4 = endpoint("10.0.0.1", 1024),
	                            b4 = endpoint("10.0.0.2", 80),
	                            a6 = endpoint("::1:1", 1024),
	                            b6 = endpoint("::1:2", 80);
	uint8_t again[40];
	uint32_t iss = 0;

	(void)unused;
	need_pcap();
	memcpy(again, syn_v4, sizeof again);
	again[27] = 9; /* the same pair later */
	begin_file(RAW);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	put_packet(START + 1, "", 0, syn_v6, sizeof syn_v6);
	put_packet(START + 2, "", 0, again, sizeof again);
	assert_int_equal(open_file(), 0);
	assert_true(estab_pcap_iss(&device, &a4, &b4, false, &iss));
	assert_int_equal(iss, 0x01020304);
	assert_true(estab_pcap_iss(&device, &a6, &b6, true, &iss));
	assert_int_equal(iss, 0x05060708);
	device.now = START + 1;
	assert_true(estab_pcap_iss(&device, &a4, &b4, false, &iss));
	assert_int_equal(iss, 0x01020309);
	assert_false(estab_pcap_iss(&device, &b4, &a4, false, &iss));
	device.close(&device);
}

/* ---- Files that are none ------------------------------------------------- */

static void
refused(const char *words)
{
	assert_int_equal(open_file(), -EINVAL);
	if (strstr(why, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, why);
}

static void
what_is_no_capture_is_refused_in_words(void **unused)
{
	(void)unused;
	need_pcap();
	assert_int_equal(estab_device_pcap(&device, "/nowhere/x", NULL, why),
	    -EINVAL);
	assert_non_null(strstr(why, "/nowhere/x: No such file"));
	file_bytes = 0;
	refused("truncated");
	put("GET / HTTP/1.1\r\nHost: nobody\r\n\r\n", 32);
	refused("unknown file format");
	begin_file(RAW);
	refused("no IP packet");
	begin_file(WIFI);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	refused("understood are Ethernet");
	assert_non_null(strstr(why, "IEEE802_11"));
}

static void
an_absurd_length_is_refused_in_words(void **unused)
{
	(void)unused;
	need_pcap();
	begin_file(RAW);
	put32(1);
	put32(0);
	put32(0x7fffffff);
	put32(0x7fffffff);
	put(syn_v4, sizeof syn_v4);
	refused("invalid packet capture length");
}

static void
a_file_that_was_cut_gives_what_is_whole(void **unused)
{
	struct estab_frame frame;

	(void)unused;
	need_pcap();
	begin_file(RAW);
	put_packet(START, "", 0, syn_v4, sizeof syn_v4);
	put_packet(START + 1, "", 0, syn_v4, sizeof syn_v4);
	file_bytes -= 7;
	assert_int_equal(open_file(), 0);
	(void)next_packet();
	/* The owner is to come and hear of it. */
	assert_int_equal(device.next(&device), device.now);
	assert_int_equal(device.receive(&device, &frame, 1), -EBADMSG);
	assert_non_null(strstr(estab_device_strerror(-EBADMSG), "cut"));
	device.close(&device);
}

/* Read a file to its end or error, whatever it holds. */
static void
read_all(void)
{
	struct estab_frame frames[8];

	if (open_file() != 0) {
		assert_true(strlen(why) > 3);
		return;
	}
	for (int i = 0; i < 1000; i++) {
		const estab_time next = device.next(&device);
		int n;

		if (next == ESTAB_NEVER)
			break;
		assert_true(next >= device.now);
		device.now = next;
		n = device.receive(&device, frames, 8);
		if (n < 0)
			break;
		for (int j = 0; j < n; j++) /* each byte may be read */
			file[sizeof file - 1] ^=
			    frames[j].span[0].data[frames[j].span[0].length - 1];
	}
	device.close(&device);
}

static void
put_block(uint32_t type, const uint32_t *words, size_t n)
{
	const uint32_t bytes = 12 + 4 * (uint32_t)n;

	put32(type);
	put32(bytes);
	for (size_t i = 0; i < n; i++)
		put32(words[i]);
	put32(bytes);
}

/* The same two packets as pcapng. */
static void
begin_pcapng(void)
{
	uint32_t packet[5 + 10];

	file_bytes = 0;
	put_block(0x0a0d0d0a,
	    (const uint32_t[]){ 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff }, 4);
	put_block(1, (const uint32_t[]){ RAW, 262144, 1 << 16 | 9, 9, 0 }, 5);
	memcpy(packet,
	    (const uint32_t[]){ 0, (uint32_t)(START >> 32), (uint32_t)START, 40,
	        40 },
	    20);
	memcpy(packet + 5, syn_v4, 40);
	put_block(6, packet, 15);
	put_block(6, packet, 15);
}

static void
pcapng_is_read_as_well(void **unused)
{
	(void)unused;
	need_pcap();
	begin_pcapng();
	assert_int_equal(open_file(), 0);
	assert_int_equal(device.now, START);
	(void)next_packet();
	assert_memory_equal(next_packet().span[0].data, syn_v4, sizeof syn_v4);
	assert_int_equal(device.next(&device), ESTAB_NEVER);
	device.close(&device);
}

static void
no_flipped_byte_does_harm(void **unused)
{
	static const uint8_t flip[] = { 0x01, 0x80, 0xff };

	(void)unused;
	need_pcap();
	for (int ng = 0; ng <= 1; ng++) {
		if (ng == 1) {
			begin_pcapng();
		} else {
			begin_file(ETHERNET);
			put_packet(START, "aaaaaabbbbbb\x08\0", 14, syn_v4,
			    sizeof syn_v4);
			put_packet(START, "aaaaaabbbbbb\x86\xdd", 14, syn_v6,
			    sizeof syn_v6);
		}
		for (size_t i = 0; i < file_bytes; i++) {
			for (size_t j = 0; j < sizeof flip; j++) {
				file[i] ^= flip[j];
				read_all();
				file[i] ^= flip[j];
			}
		}
		for (; file_bytes > 0; file_bytes--)
			read_all();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_arrive_when_they_did),
		cmocka_unit_test(of_every_kind_of_link_the_packet_is_taken),
		cmocka_unit_test(what_is_no_ip_packet_is_passed_over),
		cmocka_unit_test(time_does_not_run_back),
		cmocka_unit_test(what_the_host_sends_is_written_with_its_time),
		cmocka_unit_test(a_file_is_not_written_while_it_is_read),
		cmocka_unit_test(connections_begin_with_the_numbers_of_the_capture),
		cmocka_unit_test(what_is_no_capture_is_refused_in_words),
		cmocka_unit_test(an_absurd_length_is_refused_in_words),
		cmocka_unit_test(a_file_that_was_cut_gives_what_is_whole),
		cmocka_unit_test(pcapng_is_read_as_well),
		cmocka_unit_test(no_flipped_byte_does_harm),
	};

	return cmocka_run_group_tests(tests, make_paths, remove_paths);
}
