/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap.c - capture files, byte by byte and as tshark reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "look.h"

/* A SYN of 10.0.0.1:49152 to 10.0.0.2:80, 41 bytes with a byte of text, so
 * that padding is needed. */
static const uint8_t packet[41] = { 0x45, 0, 0, 41, 0, 0, 0x40, 0, 64, 6, 0x26,
	0xcd, 10, 0, 0, 1, 10, 0, 0, 2, 0xc0, 0, 0, 80, 0, 0x0f, 0x42, 0x40, 0,
	0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0, 'a' };

#define EPOCH (INT64_C(1700000000) * ESTAB_SECOND)

static void
write_capture(struct look *look, enum view_pcap_format format)
{
	const struct view_out out = look_out(look);
	struct view_pcap pcap;

	view_pcap_begin(&pcap, &out, format, EPOCH, false);
	view_pcap_packet(&pcap, 1, packet, sizeof packet, "the first");
	view_pcap_packet(&pcap, 5 * ESTAB_SECOND + 123456789, packet,
	    sizeof packet, NULL);
	view_pcap_packet(&pcap, 6 * ESTAB_SECOND, packet, sizeof packet,
	    "lost");
}

static uint32_t
read32(const struct look *look, size_t at)
{
	const uint8_t *byte = (const uint8_t *)look->text + at;

	assert_true(at + 4 <= look->n);
	return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 |
	    (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static void
every_block_of_pcapng_says_its_length_twice(void **unused)
{
	static const uint32_t type[] = { 0x0a0d0d0a, 1, 6, 6, 6 };
	struct look look;
	size_t at = 0, n = 0;

	(void)unused;
	write_capture(&look, VIEW_PCAPNG);
	while (at < look.n) {
		const uint32_t length = read32(&look, at + 4);

		assert_true(n < 5);
		assert_int_equal(read32(&look, at), type[n]);
		assert_int_equal(length % 4, 0);
		assert_int_equal(read32(&look, at + length - 4), length);
		at += length;
		n++;
	}
	assert_int_equal(at, look.n);
	assert_int_equal(n, 5);
	look_free(&look);
}

static void
a_classic_file_is_headers_and_packets(void **unused)
{
	struct look look;

	(void)unused;
	write_capture(&look, VIEW_PCAP);
	assert_int_equal(look.n, 24 + 3 * (16 + sizeof packet));
	assert_int_equal(read32(&look, 0), 0xa1b23c4d);
	assert_int_equal(read32(&look, 20), 101);
	assert_int_equal(read32(&look, 24), 1700000000);
	assert_int_equal(read32(&look, 28), 1);
	assert_int_equal(read32(&look, 32), sizeof packet);
	assert_memory_equal(look.text + 40, packet, sizeof packet);
	assert_int_equal(read32(&look, 24 + 16 + sizeof packet + 4), 123456789);
	look_free(&look);
}

static void
the_name_of_a_file_chooses_its_format(void **unused)
{
	(void)unused;
	assert_int_equal(view_pcap_format_of("a.pcap"), VIEW_PCAP);
	assert_int_equal(view_pcap_format_of("a.pcapng"), VIEW_PCAPNG);
	assert_int_equal(view_pcap_format_of("pcap"), VIEW_PCAPNG);
	assert_int_equal(view_pcap_format_of(""), VIEW_PCAPNG);
}

static void
a_comment_tells_states_and_verdict(void **unused)
{
	struct estab_record record = { .type = ESTAB_RECORD_STATE,
		.before = ESTAB_LISTEN,
		.after = ESTAB_SYN_RECEIVED,
		.reason = ESTAB_REASON_LISTEN_SYN };
	struct view_comment comment = { .bytes = 0 };

	(void)unused;
	view_comment(&comment, &record);
	record.type = ESTAB_RECORD_IN; /* its reason has been said */
	view_comment(&comment, &record);
	comment.who = 'B';
	record.reason = ESTAB_REASON_FIN_TAKEN;
	view_comment(&comment, &record);
	record.reason = ESTAB_REASON_NONE;
	view_comment(&comment, &record);
	assert_string_equal(comment.text,
	    "LISTEN -> SYN-RECEIVED: SYN taken: a small half-open record, "
	    "SYN+ACK (RFC 9293 3.10.7.2)\n"
	    "B: FIN taken (RFC 9293 3.10.7.4 eighth)");
	assert_int_equal(comment.bytes, strlen(comment.text));
}

static void
a_comment_that_is_full_leaves_whole_lines_out(void **unused)
{
	const struct estab_record record = { .type = ESTAB_RECORD_IN,
		.reason = ESTAB_REASON_FIN_TAKEN };
	struct view_comment comment = { .bytes = 0 };

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		view_comment(&comment, &record);
		comment.reason = ESTAB_REASON_NONE;
	}
	assert_int_equal(comment.bytes, strlen(comment.text));
	assert_in_range(comment.bytes, sizeof comment.text - 50,
	    sizeof comment.text - 1);
	assert_int_equal(comment.text[comment.bytes - 1], ')');
}

static void
a_packet_too_long_is_cut_and_says_so(void **unused)
{
	const uint32_t bytes = 300000;
	uint8_t *big = calloc(1, bytes);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_pcap pcap;

	(void)unused;
	assert_non_null(big);
	view_pcap_begin(&pcap, &out, VIEW_PCAP, 0, false);
	view_pcap_packet(&pcap, -1, big, bytes, NULL);
	assert_int_equal(read32(&look, 24), 0); /* no time before 1970 */
	assert_int_equal(read32(&look, 32), 262144);
	assert_int_equal(read32(&look, 36), bytes);
	assert_int_equal(look.n, 24 + 16 + 262144);
	free(big);
	look_free(&look);
}

/* What tshark prints of the capture. */
static void
tshark_reads(enum view_pcap_format format, char *answer, size_t room)
{
	char path[] = "/tmp/estab-view-XXXXXX";
	const int fd = mkstemp(path);
	char command[256];
	struct look look;
	FILE *pipe;
	size_t n;

	assert_true(fd >= 0);
	write_capture(&look, format);
	assert_int_equal(write(fd, look.text, look.n), look.n);
	assert_int_equal(close(fd), 0);
	look_free(&look);
	(void)snprintf(command, sizeof command,
	    "tshark -r %s -T fields -E separator=, -e frame.time_epoch "
	    "-e ip.src -e tcp.dstport -e tcp.seq_raw -e tcp.len "
	    "-e frame.comment 2>/dev/null",
	    path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(answer, 1, room - 1, pipe);
	answer[n] = '\0';
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(unlink(path), 0);
}

static void
tshark_reads_times_packets_and_comments(void **unused)
{
	char answer[1024];

	(void)unused;
	if (system("command -v tshark >/dev/null 2>&1") != 0) {
		print_message("skipped: tshark is not installed\n");
		skip();
	}
	tshark_reads(VIEW_PCAPNG, answer, sizeof answer);
	assert_string_equal(answer,
	    "1700000000.000000001,10.0.0.1,80,1000000,1,the first\n"
	    "1700000005.123456789,10.0.0.1,80,1000000,1,\n"
	    "1700000006.000000000,10.0.0.1,80,1000000,1,lost\n");
	tshark_reads(VIEW_PCAP, answer, sizeof answer);
	assert_string_equal(answer,
	    "1700000000.000000001,10.0.0.1,80,1000000,1,\n"
	    "1700000005.123456789,10.0.0.1,80,1000000,1,\n"
	    "1700000006.000000000,10.0.0.1,80,1000000,1,\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_file_chooses_its_format),
		cmocka_unit_test(a_comment_tells_states_and_verdict),
		cmocka_unit_test(a_comment_that_is_full_leaves_whole_lines_out),
		cmocka_unit_test(every_block_of_pcapng_says_its_length_twice),
		cmocka_unit_test(a_classic_file_is_headers_and_packets),
		cmocka_unit_test(a_packet_too_long_is_cut_and_says_so),
		cmocka_unit_test(tshark_reads_times_packets_and_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
