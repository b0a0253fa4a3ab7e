/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ask.c - the asking end of the control socket.
 */
#include "cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/control.h"

#define PATIENCE_SECONDS 5

/* One line of the answer.  False: it is the last. */
static bool
take_line(const struct ask *asking, struct facts_who *who, const char *line)
{
	json_t *const object = json_loads(line, 0, NULL);
	bool goes_on = object != NULL;

	if (object == NULL)
		return false;
	if (json_object_get(object, "end") != NULL)
		goes_on = false;
	else if (json_object_get(object, "estab") != NULL)
		goes_on = facts_unpack_who(object, who);
	else
		asking->take(asking->context, who, object);
	json_decref(object);
	return goes_on;
}

static bool
take_answer(const struct ask *asking, FILE *from)
{
	struct facts_who who = { 0 };
	char *line = NULL;
	size_t room = 0;
	bool ended = false;

	while (!ended && getline(&line, &room, from) > 0)
		ended = !take_line(asking, &who, line);
	free(line);
	return ended && who.pid != 0;
}

static void
wait_no_longer(int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	(void)fcntl(fd, F_SETFL, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof patience);
}

static void
fail(struct ask *asking, long pid, const char *why)
{
	asking->failed++;
	cli_say(asking->speaker, "process %ld: %s", pid, why);
}

/* Who has ended meanwhile must not end us by a signal. */
static bool
put_question(int fd, const char *question)
{
	char line[64];
	const int n = snprintf(line, sizeof line, "%s\n", question);

	return send(fd, line, (size_t)n, MSG_NOSIGNAL) == n;
}

static bool
has_gone(FILE *from, int error)
{
	return error == EPIPE || error == ECONNRESET ||
	    (error == 0 && from != NULL && feof(from));
}

static void
ask_process(struct ask *asking, long pid, bool must)
{
	char path[CONTROL_PATH];
	int fd;
	FILE *from;

	control_path(asking->folder, pid, path);
	fd = control_connect(path);
	if (fd < 0) {
		if (must && (fd == -ENOENT || fd == -ECONNREFUSED))
			fail(asking, pid,
			    "no estab process of yours; estab ss lists those "
			    "there are");
		else if (fd != -ENOENT && fd != -ECONNREFUSED)
			fail(asking, pid, strerror(-fd));
		return;
	}
	wait_no_longer(fd);
	from = fdopen(fd, "r");
	errno = 0;
	if (from != NULL && put_question(fd, asking->question) &&
	    take_answer(asking, from))
		asking->answered++;
	else if (!has_gone(from, errno))
		fail(asking, pid, "it does not answer; is it stopped?");
	else if (must)
		fail(asking, pid, "it ended while it was asked");
	if (from != NULL)
		(void)fclose(from);
	else
		(void)close(fd);
}

static void
ask_each(void *context, long pid)
{
	ask_process(context, pid, false);
}

int
ask(struct ask *asking)
{
	const char *const why = control_folder(asking->folder);

	asking->answered = asking->failed = 0;
	if (why != NULL) {
		cli_say(asking->speaker, "%s: %s", asking->folder, why);
		return CLI_FAILED;
	}
	if (asking->pid != ASK_ALL)
		ask_process(asking, asking->pid, true);
	else
		control_each(asking->folder, ask_each, asking);
	if (asking->answered + asking->failed == 0)
		cli_say(asking->speaker,
		    "no estab process of yours is running");
	return asking->failed > 0 ? CLI_FAILED : CLI_DONE;
}

long
ask_whom(struct argp_state *state, const char *text)
{
	cli_argument(state, text, 1);
	if (strcmp(text, "all") == 0)
		return ASK_ALL;
	if (text[0] < '0' || text[0] > '9')
		argp_error(state,
		    "%s: the number of a process is wanted, or \"all\"", text);
	return (long)cli_number(state, "PID", text, 1, INT32_MAX);
}
