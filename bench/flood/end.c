/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.c - a host, made and thrown away.
 */
#include "flood/end.h"

#include <estab/link.h>

#include <stddef.h>
#include <sys/mman.h>

#include "measure.h"
#include "pair.h"

void
end_make(struct end *end, uint8_t n, const struct estab_config *config,
    estab_time now)
{
	struct estab_config filled = *config;

	if (filled.crypto.siphash == NULL)
		filled.crypto = estab_crypto_native();
	filled.copy_sum = estab_copy_sum_best();
	*end = (struct end){
		.address = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, n } },
	};
	end->arena = mmap(NULL, END_ARENA_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	measure_must(end->arena != MAP_FAILED, "no memory for a host");
	pair_must(estab_host_create(&end->host, end->arena, END_ARENA_BYTES,
	              &filled, now),
	    "host");
}

void
end_join(const struct end *end)
{
	pair_must(estab_address_add(end->host, 0, &end->address, 24),
	    "address");
	pair_must(estab_route_default(end->host, 0), "route");
}

void
end_drop(struct end *end)
{
	(void)munmap(end->arena, END_ARENA_BYTES);
}
