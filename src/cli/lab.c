/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab.c - the options of estab lab, and which scenarios are meant.
 */
#include "cli/lab.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

enum {
	KEY_LIST = 0x300,
	KEY_TCB,
	KEY_DIAGRAM,
	KEY_LANG,
	KEY_JSON,
	KEY_PCAP,
	KEY_SVG,
	KEY_SEED,
	KEY_ASCII,
	KEY_ALL,
	KEY_RAW,
};

static const struct argp_option option[] = {
	{ "list", KEY_LIST, NULL, 0, "Name the scenarios", 1 },
	{ "tcb", KEY_TCB, NULL, 0, "Print the control blocks, too", 2 },
	{ "diagram", KEY_DIAGRAM, NULL, 0,
	    "Draw the state diagram, too, with the way each end took", 2 },
	{ "all", KEY_ALL, NULL, 0,
	    "Draw every segment, also of long runs of like ones", 2 },
	{ "raw", KEY_RAW, NULL, 0,
	    "Sequence numbers as they are, not x+1 and y+1", 2 },
	{ "ascii", KEY_ASCII, NULL, 0, "Draw without box characters", 2 },
	{ "lang", KEY_LANG, "zh|en", 0, "Chinese or English", 2 },
	{ "json", KEY_JSON, NULL, 0, "Print the trace, one record a line", 3 },
	{ "pcap", KEY_PCAP, "FILE", 0, "Write all packets to a capture file",
	    3 },
	{ "svg", KEY_SVG, "FILE", 0,
	    "Draw queue and honest success of a flood over time", 3 },
	{ "seed", KEY_SEED, "N", 0, "Other random numbers", 4 },
	{ NULL, '6', NULL, 0, "Over IPv6", 4 },
	{ 0 },
};

static const char doc[] =
    "Play scenarios in the simulated world and draw what happens.\v"
    "NAME is a scenario, the beginning of some (c11 plays all of c11), or a "
    "file: see estab-scenario(5).\n\n"
    "Exit status: 0 all went as written, 1 an expectation or a file failed, "
    "2 wrong usage.\n\n"
    "Examples:\n"
    "  estab lab --list\n"
    "  estab lab c7\n"
    "  estab lab --lang zh --tcb o5\n";

static void
set_language(struct lab_wish *wish, const char *text, struct argp_state *state)
{
	if (strcmp(text, "zh") != 0 && strcmp(text, "en") != 0)
		argp_error(state, "--lang %s: zh or en is wanted", text);
	wish->style.zh = strcmp(text, "zh") == 0;
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct lab_wish *const wish = state->input;

	switch (key) {
	case KEY_LIST:
		wish->list = true;
		return 0;
	case KEY_TCB:
		wish->tcb = true;
		return 0;
	case KEY_DIAGRAM:
		wish->diagram = true;
		return 0;
	case KEY_LANG:
		set_language(wish, text, state);
		return 0;
	case KEY_JSON:
		wish->json = true;
		return 0;
	case KEY_PCAP:
		wish->pcap = text;
		return 0;
	case KEY_SVG:
		wish->svg = text;
		return 0;
	case KEY_SEED:
		wish->seed = cli_number(state, "--seed", text, 1, UINT64_MAX);
		return 0;
	case KEY_ASCII:
		wish->style.ascii = true;
		return 0;
	case KEY_ALL:
		wish->style.fold = false;
		return 0;
	case KEY_RAW:
		wish->style.raw = true;
		return 0;
	case '6':
		wish->v6 = true;
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (!wish->list)
			argp_error(state,
			    "a NAME is wanted; --list tells them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- Which scenarios ---------------------------------------------------- */

/* "c1" means c1-..., but not c10-...; "c1-f" whatever begins so. */
static bool
is_meant(const char *word, const char *name)
{
	const size_t n = strlen(word);

	return strncmp(word, name, n) == 0 &&
	    (name[n] == '\0' || name[n] == '-' || strchr(word, '-') != NULL);
}

static bool
is_path(const char *word)
{
	const char *dot = strrchr(word, '.');

	return strchr(word, '/') != NULL ||
	    (dot != NULL && strcmp(dot, ".scenario") == 0);
}

static bool
is_known(const char *word)
{
	for (uint32_t i = 0; i < scenario_file_count; i++)
		if (is_meant(word, scenario_files[i].name))
			return true;
	return is_path(word);
}

static int
unknown(const char *word)
{
	const char **names = calloc(scenario_file_count, sizeof *names);
	const char *meant = NULL;

	if (names != NULL) {
		for (uint32_t i = 0; i < scenario_file_count; i++)
			names[i] = scenario_files[i].name;
		meant = suggest(word, names, scenario_file_count);
	}
	if (meant != NULL)
		cli_say("estab lab",
		    "there is no scenario \"%s\"; is \"%s\" meant?", word,
		    meant);
	else
		cli_say("estab lab",
		    "there is no scenario \"%s\"; --list tells them all", word);
	free((void *)names);
	return CLI_USAGE;
}

/* ---- Playing ------------------------------------------------------------ */

static int
play_text(struct lab_wish *wish, const char *file, const char *name,
    const char *text)
{
	struct scenario_error error;
	struct scenario *scenario = scenario_parse(name, text, &error);
	char complaint[400];
	bool good;

	if (scenario == NULL) {
		scenario_error_text(file, &error, complaint, sizeof complaint);
		cli_say("estab lab", "%s", complaint);
		return CLI_USAGE;
	}
	good = lab_play(wish, scenario);
	scenario_free(scenario);
	return good ? CLI_DONE : CLI_FAILED;
}

/* "scenarios/c7-x.scenario" is called c7-x. */
static void
name_of(const char *path, char *name, size_t room)
{
	const char *slash = strrchr(path, '/');
	char *dot;

	(void)snprintf(name, room, "%s", slash != NULL ? slash + 1 : path);
	dot = strrchr(name, '.');
	if (dot != NULL && dot != name)
		*dot = '\0';
}

static int
play_file(struct lab_wish *wish, const char *path)
{
	char *text = malloc(FILE_BYTES_MAX);
	FILE *file = fopen(path, "r");
	char name[64];
	size_t n = 0;
	int result = CLI_FAILED;

	if (file == NULL) {
		cli_say("estab lab", "cannot read %s: %s", path,
		    strerror(errno));
	} else if (text != NULL) {
		n = fread(text, 1, FILE_BYTES_MAX - 1, file);
		text[n] = '\0';
		name_of(path, name, sizeof name);
		if (ferror(file) != 0)
			cli_say("estab lab", "cannot read %s: %s", path,
			    strerror(errno));
		else
			result = play_text(wish, path, name, text);
	}
	if (file != NULL)
		(void)fclose(file);
	free(text);
	return result;
}

static int
play_word(struct lab_wish *wish, const char *word)
{
	int worst = CLI_DONE;

	if (is_path(word))
		return play_file(wish, word);
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		const struct scenario_file *f = &scenario_files[i];
		int result;

		if (!is_meant(word, f->name))
			continue;
		result = play_text(wish, f->name, f->name, f->text);
		worst = result > worst ? result : worst;
	}
	return worst;
}

static int
list(const struct lab_wish *wish)
{
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		const struct scenario_file *f = &scenario_files[i];
		struct scenario_error error;
		struct scenario *s = scenario_parse(f->name, f->text, &error);
		const char *title;

		if (s == NULL)
			return CLI_FAILED;
		title = wish->style.zh && s->title.zh != NULL ? s->title.zh :
		                                                s->title.en;
		(void)printf("%-34s %s\n", f->name, title);
		scenario_free(s);
	}
	return CLI_DONE;
}

const struct argp lab_argp = { option, parse, "NAME...", doc, NULL, NULL,
	NULL };

int
lab_main(int argc, char **argv)
{
	struct lab_wish wish = { .style.fold = true };
	int first = 0, worst = CLI_DONE;

	wish.style.colour = cli_colour(STDOUT_FILENO);
	if (cli_parse(&lab_argp, argc, argv, &first, &wish) != 0)
		return CLI_USAGE;
	for (int i = first; i < argc; i++)
		if (!is_known(argv[i]))
			return unknown(argv[i]);
	if (wish.list)
		return list(&wish);
	if (wish.svg != NULL) {
		wish.picture = lab_picture_open(wish.svg, wish.style.zh);
		if (wish.picture == NULL)
			return CLI_FAILED;
	}
	if (wish.pcap != NULL) {
		wish.capture = lab_capture_open(wish.pcap);
		if (wish.capture == NULL)
			return CLI_FAILED;
	}
	for (int i = first; i < argc; i++) {
		const int result = play_word(&wish, argv[i]);

		worst = result > worst ? result : worst;
	}
	if (wish.picture != NULL && !lab_picture_close(wish.picture) &&
	    worst == CLI_DONE)
		worst = CLI_FAILED;
	if (wish.capture != NULL && !lab_capture_close(wish.capture) &&
	    worst == CLI_DONE)
		worst = CLI_FAILED;
	return worst;
}
