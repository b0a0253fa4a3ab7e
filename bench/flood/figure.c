/* SPDX-License-Identifier: BSD-2-Clause
 *
 * figure.c - figures and aims.
 */
#include "flood/figure.h"

#include <stdio.h>

void
figure(const char *name, double value, const char *unit)
{
	printf("{\"name\": \"flood.%s\", \"value\": %.6g, \"unit\": \"%s\"}\n",
	    name, value, unit);
	(void)fflush(stdout);
}

void
figure_beside(const char *name, double value, const char *unit,
    const char *peer, double peer_value, double ratio)
{
	printf("{\"name\": \"flood.%s\", \"value\": %.6g, \"unit\": \"%s\", "
	       "\"peer\": \"%s\", \"peer_value\": %.6g, \"ratio\": %.3f}\n",
	    name, value, unit, peer, peer_value, ratio);
	(void)fflush(stdout);
}

void
figure_aim(bool reached, const char *name, double value, const char *aim)
{
	if (!reached)
		(void)fprintf(stderr, "flood.%s: %.6g; the aim is missed: %s\n",
		    name, value, aim);
}
