/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kernel.c - curl fetches 64 MiB from estab nc -l; both ends' states are
 * shown beside each other at each turn of the connection's life.
 *
 * Everything happens in a network namespace without a name.  It ends with the
 * last of its processes, and those end with this one, so nothing is left
 * behind however the tour ends.
 */
#include "cli/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <estab/link.h>

#include "cli/child.h"
#include "cli/cli.h"

#define BODY_BYTES ((uint64_t)64 * 1024 * 1024)
#define REST_BYTES ((uint64_t)256 * 1024) /* the kernel holds as much unread */
#define PATIENCE_NS (20 * ESTAB_SECOND)   /* for any one step */
#define TABLE_BYTES 2048

enum { NC_ERR, NC_OUT, NC_IN, CURL_OUT, SIGNALS, FD_COUNT };

struct tour {
	struct child nc, curl;
	int signals;
	bool interrupted;
	estab_time until; /* when the step under way has taken too long */
	/* The answer: a head and a body that nobody has seen before. */
	char head[128];
	uint8_t body[65536];
	uint64_t put;       /* bytes of both that nc has been given */
	uint64_t put_until; /* and may be given now */
	crypto_hash_sha256_state sent, got;
	uint64_t got_bytes; /* of the body, as curl hands it over */
	uint64_t got_until;
	/* What nc says: passed on, except for tables of states. */
	char line[512];
	size_t line_bytes;
	bool in_table;
	char table[TABLE_BYTES];
	bool listening, table_whole;
};

/* ---- May we? ------------------------------------------------------------ */

static bool
write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool done =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	return done;
}

/* A user namespace in which we are root, and a network namespace of it. */
static bool
become_little_root(void)
{
	const unsigned int uid = getuid(), gid = getgid();
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	(void)snprintf(map, sizeof map, "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof map, "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static bool
have(const char *program)
{
	char name[16];
	char *const argv[] = { name, NULL };
	struct child child;
	int status = 127;

	(void)snprintf(name, sizeof name, "%s", program);
	if (!child_start(&child, argv, CHILD_ERR_PIPE))
		return false;
	while (!child_ended(&child, &status))
		(void)usleep(1000);
	child_stop(&child);
	return status != 127;
}

bool
kernel_permitted(char *why, size_t room)
{
	const int node = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	const int error = errno;

	if (node < 0) {
		(void)snprintf(why, room, "%s", estab_device_strerror(-error));
		return false;
	}
	(void)close(node);
	if (!have("curl") || !have("ss")) {
		(void)snprintf(why, room,
		    "curl or ss is missing: install curl "
		    "and iproute2");
		return false;
	}
	if (unshare(CLONE_NEWNET) == 0 || become_little_root())
		return true;
	(void)snprintf(why, room,
	    "a network namespace may not be made: run "
	    "it as root");
	return false;
}

/* ---- What nc says ------------------------------------------------------- */

static void
take_line(struct tour *tour)
{
	tour->line[tour->line_bytes] = '\0';
	if (strncmp(tour->line, "State ", 6) == 0) {
		tour->in_table = true;
		tour->table[0] = '\0';
	} else if (tour->in_table && tour->line_bytes == 0) {
		tour->in_table = false;
		tour->table_whole = true;
	} else if (tour->in_table) {
		const size_t end = strlen(tour->table);

		(void)snprintf(tour->table + end, sizeof tour->table - end,
		    "%s\n", tour->line);
	} else {
		(void)puts(tour->line);
	}
	if (strstr(tour->line, "listening at port") != NULL)
		tour->listening = true;
	tour->line_bytes = 0;
}

static void
read_words(struct tour *tour)
{
	char text[4096];
	const ssize_t got = read(tour->nc.err, text, sizeof text);

	for (ssize_t i = 0; i < got; i++) {
		if (text[i] == '\n')
			take_line(tour);
		else if (tour->line_bytes < sizeof tour->line - 1)
			tour->line[tour->line_bytes++] = text[i];
	}
	(void)fflush(stdout);
}

/* ---- Bytes -------------------------------------------------------------- */

/* Bytes of the answer from tour->put on, in one piece. */
static size_t
answer(struct tour *tour, const void **data)
{
	const uint64_t head = strlen(tour->head);
	uint64_t left = tour->put_until - tour->put;

	if (tour->put < head) {
		*data = tour->head + tour->put;
		left = head - tour->put;
	} else {
		const uint64_t at = (tour->put - head) % sizeof tour->body;

		if (at == 0) /* another 64 KiB of it */
			randombytes_buf(tour->body, sizeof tour->body);
		*data = tour->body + at;
		if (left > sizeof tour->body - at)
			left = sizeof tour->body - at;
	}
	return (size_t)left;
}

static void
give_answer(struct tour *tour)
{
	const void *data;
	const size_t n = answer(tour, &data);
	const ssize_t put = write(tour->nc.in, data, n);

	if (put <= 0)
		return;
	if (tour->put >= strlen(tour->head))
		(void)crypto_hash_sha256_update(&tour->sent, data,
		    (unsigned long long)put);
	tour->put += (uint64_t)put;
}

static void
take_body(struct tour *tour)
{
	static uint8_t data[65536];
	const uint64_t left = tour->got_until - tour->got_bytes;
	const ssize_t got = read(tour->curl.out, data,
	    left < sizeof data ? (size_t)left : sizeof data);

	if (got <= 0)
		return;
	(void)crypto_hash_sha256_update(&tour->got, data,
	    (unsigned long long)got);
	tour->got_bytes += (uint64_t)got;
}

/* ---- Time goes on ------------------------------------------------------- */

static void
forget_output(int fd)
{
	char data[4096];

	(void)!read(fd, data, sizeof data);
}

static void
ask(const struct tour *tour, struct pollfd fds[FD_COUNT])
{
	const bool giving = tour->put < tour->put_until;
	const bool taking = tour->got_bytes < tour->got_until;

	fds[NC_ERR] = (struct pollfd){ tour->nc.err, POLLIN, 0 };
	fds[NC_OUT] = (struct pollfd){ tour->nc.out, POLLIN, 0 };
	fds[NC_IN] = (struct pollfd){ giving ? tour->nc.in : -1, POLLOUT, 0 };
	fds[CURL_OUT] =
	    (struct pollfd){ taking ? tour->curl.out : -1, POLLIN, 0 };
	fds[SIGNALS] = (struct pollfd){ tour->signals, POLLIN, 0 };
}

/* Let everybody go on a little.  False: the step has failed. */
static bool
go_on(struct tour *tour)
{
	struct pollfd fds[FD_COUNT];

	ask(tour, fds);
	(void)poll(fds, FD_COUNT, 50);
	if (fds[NC_ERR].revents != 0)
		read_words(tour);
	if (fds[NC_OUT].revents & POLLIN)
		forget_output(tour->nc.out); /* curl's request */
	if (fds[NC_IN].revents != 0)
		give_answer(tour);
	if (fds[CURL_OUT].revents & POLLIN)
		take_body(tour);
	if (fds[SIGNALS].revents != 0)
		tour->interrupted = true;
	return !tour->interrupted && estab_clock() < tour->until;
}

static void
begin_step(struct tour *tour)
{
	tour->until = estab_clock() + PATIENCE_NS;
}

/* ---- States, side by side ------------------------------------------------ */

/* The kernel's sockets of this namespace, as ss tells them. */
static void
read_ss(char *text, size_t room)
{
	FILE *const ss = popen("ss -Htan", "r");
	size_t got = 0;

	if (ss != NULL) {
		got = fread(text, 1, room - 1, ss);
		(void)pclose(ss);
	}
	text[got] = '\0';
}

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

/* Show both ends' states once estab's table holds a certain state. */
static bool
show_states(struct tour *tour, const char *awaited, const char *words)
{
	char kernel[TABLE_BYTES];

	begin_step(tour);
	do {
		tour->table_whole = false;
		(void)kill(tour->nc.pid, SIGUSR1);
		while (!tour->table_whole)
			if (!go_on(tour))
				return false;
	} while (strstr(tour->table, awaited) == NULL);
	read_ss(kernel, sizeof kernel);
	(void)printf("\n%s\n", words);
	show_tables(tour->table, kernel);
	return true;
}

/* ---- Steps -------------------------------------------------------------- */

#define NC_WORDS                                                               \
	"nc -l -v --trace --linger-time-wait --link tun:estab0 "               \
	"--addr 10.9.0.2/24 --gateway 10.9.0.1 8080"
/* -N: no byte waits in a buffer of curl's. */
#define CURL_WORDS "curl -sSN http://10.9.0.2:8080/"

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
	do
		argv[++n] = strsep(&rest, " ");
	while (argv[n] != NULL && n < 22);
	argv[n] = NULL;
	return child_start(child, argv, err);
}

static bool
start_nc(struct tour *tour)
{
	(void)puts("$ estab " NC_WORDS " <answer.http\n");
	(void)fflush(stdout);
	if (!start(&tour->nc, "/proc/self/exe", NC_WORDS,
	        isatty(STDOUT_FILENO) ? CHILD_ERR_TERMINAL : CHILD_ERR_PIPE))
		return false;
	begin_step(tour);
	while (!tour->listening)
		if (!go_on(tour))
			return false;
	return true;
}

static bool
start_curl(struct tour *tour)
{
	(void)puts("$ " CURL_WORDS " | sha256sum");
	(void)fflush(stdout);
	return start(&tour->curl, "curl", strchr(CURL_WORDS, ' ') + 1,
	    CHILD_ERR_OURS);
}

/* Give and take the body up to that byte of it. */
static bool
carry_until(struct tour *tour, uint64_t give, uint64_t take)
{
	begin_step(tour);
	tour->put_until = strlen(tour->head) + give;
	tour->got_until = take;
	while (tour->put < tour->put_until || tour->got_bytes < take)
		if (!go_on(tour))
			return false;
	return true;
}

static bool
await_end(struct tour *tour, struct child *child, int *status)
{
	begin_step(tour);
	while (!child_ended(child, status))
		if (!go_on(tour))
			return false;
	return true;
}

static bool
compare(struct tour *tour)
{
	uint8_t sent[32], got[32];
	char hex[2][65];

	(void)crypto_hash_sha256_final(&tour->sent, sent);
	(void)crypto_hash_sha256_final(&tour->got, got);
	(void)sodium_bin2hex(hex[0], sizeof hex[0], sent, sizeof sent);
	(void)sodium_bin2hex(hex[1], sizeof hex[1], got, sizeof got);
	(void)printf("SHA-256 of what was sent: %s\n"
	             "and of what curl got:     %s\n%s: %llu bytes\n\n",
	    hex[0], hex[1], strcmp(hex[0], hex[1]) == 0 ? "equal" : "DIFFERENT",
	    (unsigned long long)tour->got_bytes);
	return strcmp(hex[0], hex[1]) == 0 && tour->got_bytes == BODY_BYTES;
}

/* TIME-WAIT has been seen: it is two times two minutes, more than a tour. */
static bool
leave_time_wait(struct tour *tour)
{
	int status;

	(void)puts("estab closed first, so it is estab that waits: 2 MSL are "
	           "four minutes.  Ctrl-C ends it:");
	(void)fflush(stdout);
	(void)kill(tour->nc.pid, SIGINT);
	if (!await_end(tour, &tour->nc, &status) || status != 0)
		return false;
	read_words(tour); /* the last of them */
	return true;
}

static bool
steps(struct tour *tour)
{
	int status;

	if (!start_nc(tour) ||
	    !show_states(tour, "LISTEN", "Before: estab listens.") ||
	    !start_curl(tour) ||
	    !carry_until(tour, BODY_BYTES / 2, BODY_BYTES / 2) ||
	    !show_states(tour, "ESTABLISHED", "Half of it is there:"))
		return false;
	if (!carry_until(tour, BODY_BYTES, BODY_BYTES - REST_BYTES))
		return false;
	(void)close(tour->nc.in); /* the end of input: estab sends its FIN */
	tour->nc.in = -1;
	if (!show_states(tour, "FIN-WAIT-2",
	        "estab has closed its half; curl has not read to the end:"))
		return false;
	if (!carry_until(tour, BODY_BYTES, BODY_BYTES) ||
	    !await_end(tour, &tour->curl, &status) ||
	    !show_states(tour, "TIME-WAIT", "curl has closed as well:"))
		return false;
	return compare(tour) && leave_time_wait(tour) && status == 0;
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
	static struct tour tour = { .nc = { 0, -1, -1, -1 },
		.curl = { 0, -1, -1, -1 } };
	bool seen;

	if (sodium_init() < 0)
		return CLI_FAILED;
	tour.signals = open_signals();
	(void)crypto_hash_sha256_init(&tour.sent);
	(void)crypto_hash_sha256_init(&tour.got);
	(void)snprintf(tour.head, sizeof tour.head,
	    "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n"
	    "Connection: close\r\n\r\n",
	    (unsigned long long)BODY_BYTES);
	seen = steps(&tour);
	child_stop(&tour.curl);
	child_stop(&tour.nc);
	if (tour.interrupted)
		(void)puts("\nInterrupted; nothing is left behind.");
	else if (!seen)
		cli_say("estab tour", "this step did not come to its end");
	else
		(void)puts("Device and namespace are gone again.");
	return tour.interrupted ? 130 : seen ? CLI_DONE : CLI_FAILED;
}
