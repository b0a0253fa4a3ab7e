/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss.c - estab ss: the connections of running estab processes.
 */
#include "cli/ss.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "view/view.h"

#define SS_NAME "estab ss"

enum {
	KEY_TCB = 0x500,
	KEY_JSON,
	KEY_DIAG,
};

enum how {
	HOW_TABLE,
	HOW_TCB,
	HOW_JSON,
	HOW_DIAG,
};

struct ss {
	long pid;
	enum how how;
	const char *file; /* of HOW_DIAG */
	FILE *to;
	struct ss_table *table;
	bool memory_out;
};

static const struct argp_option option[] = {
	{ "tcb", KEY_TCB, NULL, 0, "Print each control block whole", 2 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON object a connection", 3 },
	{ "diag", KEY_DIAG, "FILE", 0,
	    "Write a dump that the system's ss reads (TCPDIAG_FILE)", 3 },
	{ 0 },
};

static const char doc[] =
    "List the connections of running estab processes, as ss -tinom does.\v"
    "PID is one process; all, or nothing, is every one of this user.  States, "
    "words and units are those of ss(8).  A listener shows how many wait to "
    "be accepted (Recv-Q) of how many may (Send-Q), and how many are "
    "half-open; half-open connections and TIME-WAIT have lines of their "
    "own.\n\n"
    "Exit status: 0 all answered, 1 one did not, 2 wrong usage.\n\n"
    "Examples:\n"
    "  estab ss\n"
    "  estab ss --diag dump && TCPDIAG_FILE=dump ss -tinom\n";

/* ---- What is done with a record ----------------------------------------- */

static void
write_stdout(void *context, const char *text, size_t n)
{
	(void)context;
	(void)fwrite(text, 1, n, stdout);
}

static void
print_tcb(const struct facts_who *who, const struct facts *facts)
{
	const struct view_out out = { .write = write_stdout };
	const struct view_style style = {
		.colour = cli_colour(STDOUT_FILENO),
	};
	char name[40];

	(void)snprintf(name, sizeof name, "%s %ld", who->command, who->pid);
	view_tcb(&out, &style, name, &facts->status, NULL, who->now);
	(void)putchar('\n');
}

static void
print_json(const struct facts_who *who, const json_t *object)
{
	json_t *const whole = json_pack("{s:I, s:s}", "pid",
	    (json_int_t)who->pid, "command", who->command);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)(void)
	    json_object_set(whole, name, value);
	(void)json_dumpf(whole, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(whole);
}

static void
take(void *context, const struct facts_who *who, const json_t *object)
{
	struct ss *const ss = context;
	struct ss_record record;
	struct facts facts;

	if (!facts_unpack(object, &facts))
		return;
	record = ss_record_of(who, &facts);
	switch (ss->how) {
	case HOW_TABLE:
		if (!ss_table_add(ss->table, &record))
			ss->memory_out = true;
		return;
	case HOW_TCB:
		print_tcb(who, &facts);
		return;
	case HOW_JSON:
		print_json(who, object);
		return;
	case HOW_DIAG:
		ss_diag_put(ss->to, &record);
		return;
	}
}

/* ---- The command -------------------------------------------------------- */

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct ss *const ss = state->input;

	switch (key) {
	case KEY_TCB:
		ss->how = HOW_TCB;
		return 0;
	case KEY_JSON:
		ss->how = HOW_JSON;
		return 0;
	case KEY_DIAG:
		ss->how = HOW_DIAG;
		ss->file = text;
		return 0;
	case ARGP_KEY_ARG:
		ss->pid = ask_whom(state, text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool
begin(struct ss *ss)
{
	if (ss->how == HOW_DIAG) {
		ss->to = fopen(ss->file, "we");
		if (ss->to == NULL)
			cli_say(SS_NAME, "--diag %s: %s", ss->file,
			    strerror(errno));
		return ss->to != NULL;
	}
	ss->table = ss_table_new();
	return ss->table != NULL;
}

/* Returns the exit status, which was result so far. */
static int
end(struct ss *ss, bool answered, int result)
{
	if (ss->how == HOW_DIAG) {
		ss_diag_end(ss->to);
		if (fclose(ss->to) == 0)
			return result;
		cli_say(SS_NAME, "--diag %s: the dump is not whole: %s",
		    ss->file, strerror(errno));
		return CLI_FAILED;
	}
	if (ss->how == HOW_TABLE && (answered || ss_table_rows(ss->table)))
		ss_table_print(ss->table, stdout);
	ss_table_free(ss->table);
	if (ss->memory_out) {
		cli_say(SS_NAME, "no memory for all rows; some are missing");
		return CLI_FAILED;
	}
	return result;
}

const struct argp ss_argp = { option, parse, "[PID|all]", doc, NULL, NULL,
	NULL };

int
ss_main(int argc, char **argv)
{
	struct ss ss = { .pid = ASK_ALL };
	struct ask asking = {
		.speaker = SS_NAME,
		.question = CONTROL_CONNECTIONS,
		.take = take,
		.context = &ss,
	};
	int result;

	if (cli_parse(&ss_argp, argc, argv, NULL, &ss) != 0)
		return CLI_USAGE;
	if (!begin(&ss))
		return CLI_FAILED;
	asking.pid = ss.pid;
	result = ask(&asking);
	return end(&ss, asking.answered > 0, result);
}
