/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kernel.c - curl fetches 64 MiB from estab nc -l; both ends' states are
 * shown beside each other at each turn of the connection's life.
 *
 * Everything happens in a network namespace that ends with the last of its
 * processes, and those end with this one: nothing is left behind however the
 * tour ends.
 */
#include "cli/kernel.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/fetch.h"
#include "cli/namespace.h"

#define BODY_BYTES ((uint64_t)64 * 1024 * 1024)
#define REST_BYTES ((uint64_t)256 * 1024) /* the kernel holds as much unread */

/* ---- Programs ------------------------------------------------------------ */

/* Start a program whose arguments have no blanks in them. */
static bool
start(struct child *child, const char *program, const char *words,
    enum child_err err)
{
	char text[256], path[32];
	char *argv[24] = { path };
	char *rest = text;
	int n = 0;

	(void)snprintf(text, sizeof text, "%s", words);
	(void)snprintf(path, sizeof path, "%s", program);
	while (n < 22 && rest != NULL)
		argv[++n] = strsep(&rest, " ");
	return child_start(child, argv, err);
}

static bool
have(const char *program)
{
	struct child child;
	int status = 127;

	if (!start(&child, program, "--version", CHILD_ERR_PIPE))
		return false;
	while (!child_ended(&child, &status))
		(void)usleep(1000);
	child_stop(&child);
	return status != 127;
}

/* Run a command that is shown, to its end.  False: it has said why. */
static bool
run(const char *program, const char *words)
{
	struct child child;
	int status = 127;

	(void)printf("$ %s %s\n", program, words);
	(void)fflush(stdout);
	if (!start(&child, program, words, CHILD_ERR_OURS))
		return false;
	while (!child_ended(&child, &status))
		(void)usleep(1000);
	child_stop(&child);
	return status == 0;
}

/* ---- States, side by side ------------------------------------------------ */

/* One row of either table: state, two queues, two ends. */
static bool
next_row(const char **table, char row[80])
{
	char state[16], local[32], peer[32];
	const char *const end = strchr(*table, '\n');

	row[0] = '\0';
	if (sscanf(*table, "%15s %*s %*s %31s %31s", state, local, peer) < 3 ||
	    end == NULL)
		return false;
	(void)snprintf(row, 80, "%-11s %-16s %-16s", state, local, peer);
	*table = end + 1;
	return true;
}

static void
show_tables(const char *estab, const char *kernel)
{
	bool left, right;
	char row[2][80];

	(void)printf("  %-46s | %s\n", "estab", "the kernel (ss -tan)");
	do {
		left = next_row(&estab, row[0]);
		right = next_row(&kernel, row[1]);
		if (left || right)
			(void)printf("  %-46s | %s\n", row[0], row[1]);
	} while (left || right);
	(void)puts("");
	(void)fflush(stdout);
}

/* The kernel's sockets of this namespace, as ss tells them. */
static void
read_ss(char *text, size_t room)
{
	struct child ss;
	struct pollfd said;
	size_t used = 0;
	ssize_t got = 1;

	text[0] = '\0';
	if (!start(&ss, "ss", "-Htan", CHILD_ERR_OURS))
		return;
	said = (struct pollfd){ .fd = ss.out, .events = POLLIN };
	while (got > 0 && used < room - 1 && poll(&said, 1, 2000) == 1) {
		got = read(ss.out, text + used, room - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	text[used] = '\0';
	child_stop(&ss);
}

/* Show both ends' states once estab's table holds a certain state. */
static bool
show_states(struct fetch *fetch, const char *awaited, const char *words)
{
	char kernel[FETCH_TABLE_BYTES];

	fetch_begin_step(fetch);
	do {
		fetch->table_whole = false;
		(void)kill(fetch->nc.pid, SIGUSR1);
		while (!fetch->table_whole)
			if (!fetch_go_on(fetch))
				return false;
	} while (strstr(fetch->table, awaited) == NULL);
	read_ss(kernel, sizeof kernel);
	(void)printf("\n%s\n", words);
	show_tables(fetch->table, kernel);
	return true;
}

/* ---- Steps -------------------------------------------------------------- */

#define NC_WORDS "nc -l -v --trace --linger-time-wait --addr 10.9.0.2/24 "
#define NC_TUN_WORDS NC_WORDS "--link tun:estab0 --gateway 10.9.0.1 8080"
#define NC_PACKET_WORDS NC_WORDS "--link packet:estab0 8080"
/* -N: no byte waits in a buffer of curl's. */
#define CURL_WORDS "curl -sSN http://10.9.0.2:8080/"

/* A pair of Ethernet devices, one end the kernel's. */
static bool
make_pair(void)
{
	return run("ip", "link add estab0 type veth peer name kernel0") &&
	    run("ip", "link set estab0 addrgenmode none up") &&
	    run("ip", "link set kernel0 up") &&
	    run("ip", "addr add 10.9.0.1/24 dev kernel0");
}

static bool
start_nc(struct fetch *fetch)
{
	const char *why = "";
	const bool tun = namespace_has_tun(&why);
	const char *const words = tun ? NC_TUN_WORDS : NC_PACKET_WORDS;

	if (tun)
		(void)puts("Over a TUN device, which estab makes.\n");
	else
		(void)printf("No TUN device (%s): over a veth pair and a "
		             "packet socket.\n\n",
		    why);
	if (!tun && !make_pair())
		return false;
	(void)printf("$ estab %s <answer.http\n\n", words);
	(void)fflush(stdout);
	if (!start(&fetch->nc, "/proc/self/exe", words,
	        isatty(STDOUT_FILENO) ? CHILD_ERR_TERMINAL : CHILD_ERR_PIPE))
		return false;
	fetch_begin_step(fetch);
	while (!fetch->listening)
		if (!fetch_go_on(fetch))
			return false;
	return true;
}

static bool
start_curl(struct fetch *fetch)
{
	(void)puts("$ " CURL_WORDS " | sha256sum");
	(void)fflush(stdout);
	return start(&fetch->curl, "curl", strchr(CURL_WORDS, ' ') + 1,
	    CHILD_ERR_OURS);
}

/* Give and take the body up to that byte of it. */
static bool
carry_until(struct fetch *fetch, uint64_t give, uint64_t take)
{
	fetch_begin_step(fetch);
	fetch->put_until = strlen(fetch->head) + give;
	fetch->got_until = take;
	while (fetch->put < fetch->put_until || fetch->got_bytes < take)
		if (!fetch_go_on(fetch))
			return false;
	return true;
}

static bool
await_end(struct fetch *fetch, struct child *child, int *status)
{
	fetch_begin_step(fetch);
	while (!child_ended(child, status))
		if (!fetch_go_on(fetch))
			return false;
	return true;
}

static bool
compare(struct fetch *fetch)
{
	uint8_t sent[32], got[32];
	char hex[2][65];

	(void)crypto_hash_sha256_final(&fetch->sent, sent);
	(void)crypto_hash_sha256_final(&fetch->got, got);
	(void)sodium_bin2hex(hex[0], sizeof hex[0], sent, sizeof sent);
	(void)sodium_bin2hex(hex[1], sizeof hex[1], got, sizeof got);
	(void)printf("SHA-256 of what was sent: %s\n"
	             "and of what curl got:     %s\n%s: %llu bytes\n\n",
	    hex[0], hex[1], strcmp(hex[0], hex[1]) == 0 ? "equal" : "DIFFERENT",
	    (unsigned long long)fetch->got_bytes);
	return strcmp(hex[0], hex[1]) == 0 && fetch->got_bytes == BODY_BYTES;
}

/* TIME-WAIT has been seen: it is two times two minutes, more than a fetch. */
static bool
leave_time_wait(struct fetch *fetch)
{
	int status;

	(void)puts("estab closed first, so it is estab that waits: 2 MSL are "
	           "four minutes.  Ctrl-C ends it:");
	(void)fflush(stdout);
	(void)kill(fetch->nc.pid, SIGINT);
	if (!await_end(fetch, &fetch->nc, &status) || status != 0)
		return false;
	fetch_read_words(fetch); /* the last of them */
	return true;
}

static bool
steps(struct fetch *fetch)
{
	int status;

	if (!start_nc(fetch) ||
	    !show_states(fetch, "LISTEN", "Before: estab listens.") ||
	    !start_curl(fetch) ||
	    !carry_until(fetch, BODY_BYTES / 2, BODY_BYTES / 2) ||
	    !show_states(fetch, "ESTABLISHED", "Half of it is there:"))
		return false;
	if (!carry_until(fetch, BODY_BYTES, BODY_BYTES - REST_BYTES))
		return false;
	(void)close(fetch->nc.in); /* the end of input: estab sends its FIN */
	fetch->nc.in = -1;
	if (!show_states(fetch, "FIN-WAIT-2",
	        "estab has closed its half; curl has not read to the end:"))
		return false;
	if (!carry_until(fetch, BODY_BYTES, BODY_BYTES) ||
	    !await_end(fetch, &fetch->curl, &status) ||
	    !show_states(fetch, "TIME-WAIT", "curl has closed as well:"))
		return false;
	return compare(fetch) && leave_time_wait(fetch) && status == 0;
}

static int
open_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int
kernel_tour(void)
{
	static struct fetch fetch = { .nc = { 0, -1, -1, -1 },
		.curl = { 0, -1, -1, -1 } };
	bool seen;

	if (!have("curl") || !have("ss") || !have("ip")) {
		(void)puts("Not here: curl, ss or ip is missing; install the "
		           "packages curl and iproute2.");
		return CLI_DONE;
	}
	if (sodium_init() < 0)
		return CLI_FAILED;
	fetch.signals = open_signals();
	(void)crypto_hash_sha256_init(&fetch.sent);
	(void)crypto_hash_sha256_init(&fetch.got);
	(void)snprintf(fetch.head, sizeof fetch.head,
	    "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n"
	    "Connection: close\r\n\r\n",
	    (unsigned long long)BODY_BYTES);
	seen = steps(&fetch);
	child_stop(&fetch.curl);
	child_stop(&fetch.nc);
	if (fetch.interrupted)
		(void)puts("\nInterrupted; nothing is left behind.");
	else if (!seen)
		cli_say("estab tour", "this step did not come to its end");
	else
		(void)puts("Device and namespace are gone again.");
	return fetch.interrupted ? 130 : seen ? CLI_DONE : CLI_FAILED;
}
