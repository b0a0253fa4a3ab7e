/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nstat.c - estab nstat: the counters of running estab processes, by the
 * names nstat gives those of net/snmp and net/netstat.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/control.h"

#define NSTAT_NAME "estab nstat"

enum {
	KEY_JSON = 0x600,
};

struct nstat {
	long pid;
	bool zeros, own, json;
};

static const struct argp_option option[] = {
	{ "zeros", 'z', NULL, 0, "Print those that are 0, too", 2 },
	{ "own", 'o', NULL, 0,
	    "Print those, too, that the kernel does not have, as Estab...", 2 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON object a process", 3 },
	{ 0 },
};

static const char doc[] =
    "Print what running estab processes have counted.\v"
    "PID is one process; all, or nothing, is every one of this user.  A name "
    "that begins with Tcp or TcpExt means what it means in /proc/net/snmp and "
    "/proc/net/netstat; what is not printed is not counted.  Values are those "
    "since the process began.\n\n"
    "Exit status: 0 all answered, 1 one did not, 2 wrong usage.\n\n"
    "Examples:\n"
    "  estab nstat\n"
    "  estab nstat --json -z all | jq .TcpCurrEstab\n";

/* ---- Names -------------------------------------------------------------- */

static bool
among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Before a counter's name: the group nstat would print it in, or "Estab" for
 * one that only we have, or of which we count something else (TW: those that
 * began, not those that ended). */
static const char *
group_of(const char *name)
{
	static const char *const tcp[] = { "ActiveOpens", "PassiveOpens",
		"AttemptFails", "EstabResets", "CurrEstab", "InSegs", "OutSegs",
		"RetransSegs", "InErrs", "OutRsts", "InCsumErrors" };
	static const char *const extended[] = { "ListenOverflows",
		"ListenDrops", "TWRecycled", "DelayedACKs", "PAWSEstab",
		"TCPHPHits", "TCPTimeouts", "TCPAbortOnData", "TCPAbortOnClose",
		"TCPAbortOnMemory", "TCPAbortOnTimeout", "TCPOFOQueue",
		"TCPOFODrop", "TCPRcvQDrop", "TCPChallengeACK",
		"TCPSYNChallenge", "TCPKeepAlive", "TCPTimeWaitOverflow",
		"SyncookiesSent", "SyncookiesRecv", "SyncookiesFailed",
		"TCPReqQFullDoCookies", "TCPReqQFullDrop" };

	if (among(name, tcp, sizeof tcp / sizeof tcp[0]))
		return "Tcp";
	if (among(name, extended, sizeof extended / sizeof extended[0]))
		return "TcpExt";
	return "Estab";
}

/* ---- Printing ----------------------------------------------------------- */

static bool
wanted(const struct nstat *nstat, const char *group, json_int_t value)
{
	return (nstat->own || strcmp(group, "Estab") != 0) &&
	    (nstat->zeros || value != 0);
}

static void
print_table(const struct nstat *nstat, const struct facts_who *who,
    const json_t *counters)
{
	const char *name;
	json_t *value;

	(void)printf("#%s %ld\n", who->command, who->pid);
	json_object_foreach((json_t *)counters, name, value)
	{
		const char *const group = group_of(name);
		char whole[64];

		if (!wanted(nstat, group, json_integer_value(value)))
			continue;
		(void)snprintf(whole, sizeof whole, "%s%s", group, name);
		(void)printf("%-32s%lld\n", whole,
		    (long long)json_integer_value(value));
	}
}

static void
print_json(const struct nstat *nstat, const struct facts_who *who,
    const json_t *counters)
{
	json_t *const whole = json_pack("{s:I, s:s}", "pid",
	    (json_int_t)who->pid, "command", who->command);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)counters, name, value)
	{
		const char *const group = group_of(name);
		char text[64];

		if (!wanted(nstat, group, json_integer_value(value)))
			continue;
		(void)snprintf(text, sizeof text, "%s%s", group, name);
		(void)json_object_set(whole, text, value);
	}
	(void)json_dumpf(whole, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(whole);
}

static void
take(void *context, const struct facts_who *who, const json_t *counters)
{
	const struct nstat *const nstat = context;

	if (nstat->json)
		print_json(nstat, who, counters);
	else
		print_table(nstat, who, counters);
}

/* ---- The command -------------------------------------------------------- */

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct nstat *const nstat = state->input;

	switch (key) {
	case 'z':
		nstat->zeros = true;
		return 0;
	case 'o':
		nstat->own = true;
		return 0;
	case KEY_JSON:
		nstat->json = true;
		return 0;
	case ARGP_KEY_ARG:
		nstat->pid = ask_whom(state, text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp nstat_argp = { option, parse, "[PID|all]", doc, NULL, NULL,
	NULL };

int
nstat_main(int argc, char **argv)
{
	struct nstat nstat = { .pid = ASK_ALL };
	struct ask asking = {
		.speaker = NSTAT_NAME,
		.question = CONTROL_COUNTERS,
		.take = take,
		.context = &nstat,
	};

	if (cli_parse(&nstat_argp, argc, argv, NULL, &nstat) != 0)
		return CLI_USAGE;
	asking.pid = nstat.pid;
	return ask(&asking);
}
