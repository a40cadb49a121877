import { bundle } from './bundle.ts';
import { burst } from './burst.ts';
import { bytes } from './bytes.ts';
import { coldStart } from './cold-start.ts';
import { connections } from './connections.ts';
import { crowd } from './crowd.ts';
import { downloadBytes } from './download-bytes.ts';
import { ephemeral } from './ephemeral.ts';
import { fanout, fanoutLarge } from './fanout.ts';
import { ingest } from './ingest.ts';
import { initialPage } from './initial-page.ts';
import { initial100k, initial10k, initial1m } from './initial-sync.ts';
import { latency } from './latency.ts';
import { openRecord } from './open-record.ts';
import { populate } from './populate.ts';
import { reactive } from './reactive.ts';
import { revocation } from './revocation.ts';
import { text } from './text.ts';
import type { Workload } from './workload.ts';

/** All workloads, in the order in which they are run. */
export const workloads: readonly Workload[] = [
	latency,
	burst,
	ingest,
	initial10k,
	initial100k,
	initial1m,
	initialPage,
	fanout,
	fanoutLarge,
	crowd,
	connections,
	reactive,
	populate,
	coldStart,
	openRecord,
	bytes,
	downloadBytes,
	text,
	bundle,
	ephemeral,
	revocation,
];

/** @throws when a name is no workload's */
export function workloadsNamed(names: readonly string[] | null): readonly Workload[] {
	if (!names) return workloads;
	const unknown = names.filter((name) => !workloads.some((workload) => workload.name === name));
	if (unknown.length > 0)
		throw new Error(`There is no workload ${unknown.join(', ')}. There are: ${workloads.map(({ name }) => name).join(', ')}.`);
	return workloads.filter(({ name }) => names.includes(name));
}
