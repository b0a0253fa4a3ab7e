/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc.c - estab nc as a child of the test.
 */
#include "net/net.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN_MAX 8
#define WORDS_MAX 65536

const char *nc_link = "--link tun:estab0 "
                      "--addr " ESTAB_V4 "/24 --gateway " KERNEL_V4 " "
                      "--addr " ESTAB_V6 "/64 --gateway " KERNEL_V6;

static pid_t child[CHILDREN_MAX];

static void
remember(pid_t old, pid_t new)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (child[i] == old) {
			child[i] = new;
			return;
		}
	}
	fail_msg("too many programs");
}

void
nc_kill_all(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (child[i] == 0)
			continue;
		(void)kill(child[i], SIGKILL);
		(void)waitpid(child[i], NULL, 0);
		child[i] = 0;
	}
}

/* In the child: become the program. */
static _Noreturn void
become(const char *program, const char *options, int in, int out, int words)
{
	char command[1024];

	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(words, STDERR_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)snprintf(command, sizeof command, "exec '%s' nc %s %s", program,
	    nc_link, options);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

struct nc
nc_start(bool fast, const char *options)
{
	const char *const program = getenv(fast ? "ESTAB" : "ESTAB_DEBUG");
	struct nc nc = { .words = memfd_create("words", MFD_CLOEXEC) };
	int in[2], out[2];

	assert_true(nc.words >= 0);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	nc.pid = fork();
	assert_true(nc.pid >= 0);
	if (nc.pid == 0)
		become(program, options, in[0], out[1], nc.words);
	remember(0, nc.pid);
	(void)close(in[0]);
	(void)close(out[1]);
	nc.in = in[1];
	nc.out = out[0];
	(void)fcntl(nc.in, F_SETFL, O_NONBLOCK);
	(void)fcntl(nc.out, F_SETFL, O_NONBLOCK);
	return nc;
}

/* What it has said so far; the next call overwrites it. */
static const char *
said(const struct nc *nc)
{
	static char text[WORDS_MAX];
	const ssize_t got = pread(nc->words, text, sizeof text - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

bool
nc_said(const struct nc *nc, const char *words)
{
	return strstr(said(nc), words) != NULL;
}

void
nc_await(const struct nc *nc, const char *words)
{
	const double until = net_seconds() + 5;

	while (!nc_said(nc, words)) {
		if (net_seconds() > until)
			fail_msg("estab nc did not say \"%s\" but:\n%s", words,
			    said(nc));
		(void)usleep(2000);
	}
}

int
nc_wait(struct nc *nc, double seconds)
{
	const double until = net_seconds() + seconds;
	int status;

	while (waitpid(nc->pid, &status, WNOHANG) == 0) {
		if (net_seconds() > until)
			fail_msg("estab nc has not ended after %.1f s:\n%s",
			    seconds, said(nc));
		(void)usleep(2000);
	}
	remember(nc->pid, 0);
	nc->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
nc_ends(struct nc *nc, int status, double seconds)
{
	const int seen = nc_wait(nc, seconds);

	if (seen != status)
		fail_msg("estab nc ended with %d, not %d:\n%s", seen, status,
		    said(nc));
	(void)close(nc->words);
	if (nc->out >= 0)
		(void)close(nc->out);
	if (nc->in >= 0)
		(void)close(nc->in);
}

/* Clock ticks (1/100 s) of processor time a program has used. */
static unsigned long
ticks_used(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[32];
	FILE *stat;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	stat = fopen(path, "r");
	assert_non_null(stat);
	assert_int_equal(fscanf(stat,
	                     "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
	                     "%*u %lu %lu",
	                     &user, &system),
	    2);
	(void)fclose(stat);
	return user + system;
}

void
nc_sleeps(const struct nc *nc)
{
	unsigned long before;

	(void)usleep(200000); /* what is under way comes to its end */
	before = ticks_used(nc->pid);
	(void)usleep(500000);
	assert_in_range(ticks_used(nc->pid) - before, 0, 5);
}
