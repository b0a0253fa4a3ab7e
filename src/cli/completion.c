/* SPDX-License-Identifier: BSD-2-Clause
 *
 * completion.c - estab completion: a script for bash or zsh, made of the
 * tables that the commands themselves read, so that it cannot be behind them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"

static const char doc[] =
    "Print a script that completes estab's commands and options.\v"
    "SHELL is bash or zsh.\n\n"
    "Exit status: 0 it is printed, 2 wrong usage.\n\n"
    "Examples:\n"
    "  estab completion bash >/etc/bash_completion.d/estab\n"
    "  estab completion zsh >/usr/local/share/zsh/site-functions/_estab\n";

/* What stands behind a command beside options and files: words, or what makes
 * them when they are wanted. */
static const struct {
	const char *command, *words, *made_by;
} argument[] = {
	{ "completion", "bash zsh", NULL },
	{ "keys", NULL, "echo new add promote remove show" },
	{ "lab", NULL, "estab lab --list 2>/dev/null | cut -d' ' -f1" },
	{ "nstat", "all", NULL },
	{ "ss", "all", NULL },
};
#define ARGUMENTS (sizeof argument / sizeof argument[0])

/* ---- bash --------------------------------------------------------------- */

static void
bash_arguments(const char *command)
{
	for (size_t i = 0; i < ARGUMENTS; i++) {
		if (strcmp(argument[i].command, command) != 0)
			continue;
		if (argument[i].words != NULL)
			(void)printf("\t\t\twords+='%s'\n", argument[i].words);
		else
			(void)printf("\t\t\twords+=$(%s)\n",
			    argument[i].made_by);
	}
}

static bool
is_hidden(const struct argp_option *option)
{
	return (option->flags & OPTION_HIDDEN) != 0;
}

/* "zh|en" is one of these words; anything else is perhaps a file, which bash
 * completes where no word fits. */
static void
bash_value(const struct argp_option *option)
{
	const char *c = option->arg;

	if (option->name != NULL)
		(void)printf("\t\t\t--%s", option->name);
	if (option->key > ' ' && option->key < 0x7f)
		(void)printf("%s-%c", option->name != NULL ? "|" : "\t\t\t",
		    option->key);
	(void)fputs(") words='", stdout);
	for (; strchr(option->arg, '|') != NULL && *c != '\0'; c++)
		(void)fputc(*c == '|' ? ' ' : *c, stdout);
	(void)puts("' ;;");
}

static void
bash_values(const struct argp_option *const *option, size_t n)
{
	(void)puts("\t\t\tcase $before in");
	for (size_t i = 0; i < n; i++)
		if (option[i]->arg != NULL && !is_hidden(option[i]))
			bash_value(option[i]);
	(void)puts("\t\t\tesac");
}

static void
bash_words(const struct command *of)
{
	const struct argp_option *option[OPTIONS_MAX];
	const size_t n = options_of(of->argp, option);

	(void)printf("\t\t%s) words='", of->name);
	for (size_t i = 0; i < n; i++)
		if (option[i]->name != NULL && !is_hidden(option[i]))
			(void)printf("--%s ", option[i]->name);
	for (size_t i = 0; i < n; i++)
		if (option[i]->key > ' ' && option[i]->key < 0x7f)
			(void)printf("-%c ", option[i]->key);
	(void)puts("'");
	bash_arguments(of->name);
	bash_values(option, n);
	(void)puts("\t\t\t;;");
}

static void
bash(void)
{
	(void)puts("# bash completion for estab\n"
	           "_estab() {\n"
	           "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	           "\tlocal before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	           /* COMP_WORDBREAKS: --lang=zh comes as three words. */
	           "\tif [ \"$cur\" = = ]; then\n"
	           "\t\tcur=\n"
	           "\telif [ \"$before\" = = ]; then\n"
	           "\t\tbefore=${COMP_WORDS[COMP_CWORD - 2]}\n"
	           "\tfi");
	(void)fputs("\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\twords='", stdout);
	for (size_t i = 0; i < cli_command_count; i++)
		(void)printf("%s ", cli_command[i].name);
	(void)puts("help --help --version'\n"
	           "\telse\n"
	           "\t\tcase ${COMP_WORDS[1]} in");
	(void)fputs("\t\thelp) words='", stdout);
	for (size_t i = 0; i < cli_command_count; i++)
		(void)printf("%s ", cli_command[i].name);
	(void)puts("' ;;");
	for (size_t i = 0; i < cli_command_count; i++)
		bash_words(&cli_command[i]);
	(void)puts("\t\tesac\n"
	           "\tfi\n"
	           "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	           "}\n"
	           "complete -o default -F _estab estab");
}

/* ---- zsh ---------------------------------------------------------------- */

/* Text within single quotes, and for _arguments within brackets. */
static void
zsh_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text) != NULL)
			(void)printf("\\%c", *text);
		else
			(void)fputc(*text, stdout);
	}
}

static void
zsh_value(const char *arg)
{
	if (strcmp(arg, "FILE") == 0) {
		(void)fputs(":_files", stdout);
	} else if (strchr(arg, '|') == NULL) {
		(void)fputs(": ", stdout);
	} else {
		(void)fputs(":(", stdout);
		for (; *arg != '\0'; arg++)
			(void)fputc(*arg == '|' ? ' ' : *arg, stdout);
		(void)fputc(')', stdout);
	}
}

static void
zsh_option(const struct argp_option *option, const char *name)
{
	(void)printf("\t\t\t'%s[", name);
	zsh_text(option->doc != NULL ? option->doc : "");
	(void)fputc(']', stdout);
	if (option->arg != NULL) {
		(void)fputc(':', stdout);
		zsh_text(option->arg);
		zsh_value(option->arg);
	}
	(void)puts("' \\");
}

static void
zsh_arguments(const char *command)
{
	for (size_t i = 0; i < ARGUMENTS; i++) {
		if (strcmp(argument[i].command, command) != 0)
			continue;
		if (argument[i].words != NULL)
			(void)printf("\t\t\t'*: :(%s)' ;;\n",
			    argument[i].words);
		else
			/* The blank keeps _arguments from adding words. */
			(void)printf("\t\t\t\"*: : _alternative "
			             "'files\\: \\:_files' "
			             "'names\\: \\:($(%s))'\" ;;\n",
			    argument[i].made_by);
		return;
	}
	(void)puts("\t\t\t'*: :_files' ;;");
}

static void
zsh_options(const struct command *of)
{
	const struct argp_option *option[OPTIONS_MAX];
	const size_t n = options_of(of->argp, option);
	char name[40];

	(void)printf("\t%s) _arguments -s \\\n", of->name);
	for (size_t i = 0; i < n; i++) {
		if (is_hidden(option[i]))
			continue;
		/* With an =, the value may stand behind one, too. */
		(void)snprintf(name, sizeof name, "--%s%s",
		    option[i]->name != NULL ? option[i]->name : "",
		    option[i]->arg != NULL ? "=" : "");
		if (option[i]->name != NULL)
			zsh_option(option[i], name);
		(void)snprintf(name, sizeof name, "-%c", option[i]->key);
		if (option[i]->key > ' ' && option[i]->key < 0x7f)
			zsh_option(option[i], name);
	}
	zsh_arguments(of->name);
}

static void
zsh(void)
{
	(void)puts("#compdef estab\n"
	           "_estab() {\n"
	           "\tlocal -a commands=(");
	for (size_t i = 0; i < cli_command_count; i++) {
		(void)printf("\t\t'%s:", cli_command[i].name);
		zsh_text(cli_command[i].does);
		(void)puts("'");
	}
	(void)puts("\t\t'help:explain a command'\n"
	           "\t)\n"
	           "\tif (( CURRENT == 2 )); then\n"
	           "\t\t_describe command commands\n"
	           "\t\treturn\n"
	           "\tfi\n"
	           "\tlocal chosen=$words[2]\n"
	           "\tshift words\n"
	           "\t(( CURRENT-- ))\n"
	           "\tcase $chosen in\n"
	           "\thelp) _describe command commands ;;");
	for (size_t i = 0; i < cli_command_count; i++)
		zsh_options(&cli_command[i]);
	(void)puts("\tesac\n"
	           "}\n"
	           "if [ \"$funcstack[1]\" = _estab ]; then\n"
	           "\t_estab \"$@\"\n"
	           "else\n"
	           "\tcompdef _estab estab\n"
	           "fi");
}

/* ---- The command -------------------------------------------------------- */

static error_t
parse(int key, char *text, struct argp_state *state)
{
	const char **const shell = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		cli_argument(state, text, 1);
		if (strcmp(text, "bash") != 0 && strcmp(text, "zsh") != 0)
			argp_error(state, "%s: bash or zsh is wanted", text);
		*shell = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "bash or zsh is wanted");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp completion_argp = { NULL, parse, "SHELL", doc, NULL, NULL,
	NULL };

int
completion_main(int argc, char **argv)
{
	const char *shell = NULL;

	if (cli_parse(&completion_argp, argc, argv, NULL, &shell) != 0)
		return CLI_USAGE;
	if (strcmp(shell, "zsh") == 0)
		zsh();
	else
		bash();
	return CLI_DONE;
}
