/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tour.c - estab tour: a whole life in the simulated world.
 */
#include "cli/cli.h"

int
tour_main(int argc, char **argv)
{
	static char name[] = "estab lab", whole[] = "o1-to-c6-a-whole-life";
	char *lab[] = { name, whole, 0 };

	(void)argc;
	(void)argv;
	return lab_main(2, lab);
}
