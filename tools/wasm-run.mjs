// SPDX-License-Identifier: BSD-2-Clause
//
// node wasm-run.mjs PROGRAM.wasm [ARGS] - run it with its standard output.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [, , program, ...rest] = process.argv;
const wasi = new WASI({
	version: "preview1",
	args: [program, ...rest],
	returnOnExit: true,
});
const module = await WebAssembly.compile(readFileSync(program));
const instance = await WebAssembly.instantiate(module, {
	wasi_snapshot_preview1: wasi.wasiImport,
});
process.exitCode = wasi.start(instance);
