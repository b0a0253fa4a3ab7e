/* SPDX-License-Identifier: BSD-2-Clause
 *
 * keys.c - estab keys: the keys of SYN cookies, made and changed.
 */
#include "cli/cli.h"

#include <argp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/keys_file.h"

#define KEYS_NAME "estab keys"
#define PRINT_BYTES 8 /* of a key's fingerprint */

struct wish {
	const char *file, *action;
	bool shared;
};

static const struct argp_option option[] = {
	{ "shared", 's', NULL, 0,
	    "new: other machines answer for the same address with these keys",
	    1 },
	{ 0 },
};

static const char doc[] =
    "Make and change a file of cookie keys, for --keys.\v"
    "new makes a file, readable by its owner only.  To change keys: add puts "
    "a second one beside the first, with which cookies are honoured and not "
    "made; promote exchanges the two; remove takes away the one that makes "
    "none.  After each, bring the file to every machine and send SIGHUP to "
    "what runs with it; wait 64 s before remove.  show prints a fingerprint "
    "of each, and never a key.\n\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage.\n\n"
    "Examples:\n"
    "  estab keys cookies.keys new --shared\n"
    "  estab keys cookies.keys add &&\n"
    "      kill -HUP $(pgrep -x estab)\n";

/* ---- What is done ------------------------------------------------------- */

static bool
make_new(struct estab_cookie_keys *keys, const char **why)
{
	(void)why;
	randombytes_buf(keys->stamp, sizeof keys->stamp);
	randombytes_buf(keys->key[0], sizeof keys->key[0]);
	keys->use[0] = ESTAB_KEY_SIGN;
	return true;
}

/* The slot of this use; -1: there is none. */
static int
slot_of(const struct estab_cookie_keys *keys, enum estab_key_use use)
{
	for (int i = 0; i < 2; i++)
		if (keys->use[i] == (uint8_t)use)
			return i;
	return -1;
}

static bool
add(struct estab_cookie_keys *keys, const char **why)
{
	const int slot = slot_of(keys, ESTAB_KEY_NONE);

	*why = "it holds two keys already; promote, wait 64 s and remove first";
	if (slot < 0)
		return false;
	randombytes_buf(keys->key[slot], sizeof keys->key[slot]);
	keys->use[slot] = ESTAB_KEY_VERIFY;
	return true;
}

static bool
promote(struct estab_cookie_keys *keys, const char **why)
{
	const int sign = slot_of(keys, ESTAB_KEY_SIGN);
	const int verify = slot_of(keys, ESTAB_KEY_VERIFY);

	*why = "it holds one key only; add one first";
	if (verify < 0)
		return false;
	keys->use[sign] = ESTAB_KEY_VERIFY;
	keys->use[verify] = ESTAB_KEY_SIGN;
	return true;
}

static bool
take_away(struct estab_cookie_keys *keys, const char **why)
{
	const int verify = slot_of(keys, ESTAB_KEY_VERIFY);

	*why = "it holds the key that makes cookies only; that one stays";
	if (verify < 0)
		return false;
	sodium_memzero(keys->key[verify], sizeof keys->key[verify]);
	keys->use[verify] = ESTAB_KEY_NONE;
	return true;
}

/* A hash of 64 bits of a key of 128 tells it from others and nothing of it. */
static void
print_one(const char *word, const uint8_t key[16])
{
	uint8_t print[crypto_generichash_BYTES_MIN];
	char hex[2 * PRINT_BYTES + 1];

	(void)crypto_generichash(print, sizeof print, key, 16, NULL, 0);
	(void)printf("%-6s %s\n", word,
	    sodium_bin2hex(hex, sizeof hex, print, PRINT_BYTES));
}

static bool
show(struct estab_cookie_keys *keys, const char **why)
{
	(void)why;
	if (keys->shared)
		(void)puts("shared");
	print_one("stamp", keys->stamp);
	for (int i = 0; i < 2; i++)
		if (keys->use[i] != ESTAB_KEY_NONE)
			print_one(keys->use[i] == ESTAB_KEY_SIGN ? "sign" :
			                                           "verify",
			    keys->key[i]);
	return true;
}

static const struct action {
	const char *name;
	bool (*act)(struct estab_cookie_keys *keys, const char **why);
	bool reads, writes;
} action[] = {
	{ "new", make_new, false, true },
	{ "add", add, true, true },
	{ "promote", promote, true, true },
	{ "remove", take_away, true, true },
	{ "show", show, true, false },
};
#define ACTION_COUNT (sizeof action / sizeof action[0])

/* ---- The command -------------------------------------------------------- */

static const struct action *
find(const char *name)
{
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (strcmp(action[i].name, name) == 0)
			return &action[i];
	return NULL;
}

static void
take_action(struct wish *wish, const char *text, struct argp_state *state)
{
	const char *name[ACTION_COUNT], *near;

	wish->action = text;
	if (find(text) != NULL)
		return;
	for (size_t i = 0; i < ACTION_COUNT; i++)
		name[i] = action[i].name;
	near = suggest(text, name, ACTION_COUNT);
	argp_error(state, "%s: %s%s", text,
	    near != NULL ? "did you mean " :
	                   "new, add, promote, remove or show is wanted",
	    near != NULL ? near : "");
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct wish *const wish = state->input;

	switch (key) {
	case 's':
		wish->shared = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			wish->file = text;
		else if (state->arg_num == 1)
			take_action(wish, text, state);
		else
			cli_argument(state, text, 2);
		return 0;
	case ARGP_KEY_END:
		if (wish->action == NULL)
			argp_error(state,
			    "a file is wanted, and new, add, promote, remove "
			    "or show");
		else if (wish->shared && strcmp(wish->action, "new") != 0)
			argp_error(state, "--shared goes with new only");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool
perform(const struct wish *wish, struct estab_cookie_keys *keys)
{
	const struct action *const a = find(wish->action);
	const char *why = NULL;

	keys->shared = wish->shared;
	if (a->reads && !keys_file_read(KEYS_NAME, wish->file, keys))
		return false;
	if (!a->act(keys, &why)) {
		cli_say(KEYS_NAME, "%s: %s", wish->file, why);
		return false;
	}
	return !a->writes ||
	    keys_file_write(KEYS_NAME, wish->file, keys, !a->reads);
}

const struct argp keys_argp = { option, parse,
	"FILE new|add|promote|remove|show", doc, NULL, NULL, NULL };

int
keys_main(int argc, char **argv)
{
	struct wish wish = { 0 };
	struct estab_cookie_keys keys = { 0 };
	bool done;

	if (cli_parse(&keys_argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	if (sodium_init() < 0) {
		cli_say(KEYS_NAME, "no random bytes are to be had");
		return CLI_FAILED;
	}
	done = perform(&wish, &keys);
	sodium_memzero(&keys, sizeof keys);
	return done ? CLI_DONE : CLI_FAILED;
}
