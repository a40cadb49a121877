import { conversations } from './conversations.ts';
import { disks } from './disks.ts';
import { downloads } from './downloads.ts';
import { folding } from './folding.ts';
import { parts } from './parts.ts';
import { purging } from './purging.ts';
import { rights } from './rights.ts';
import type { Regression } from './regression.ts';

/** Histories that once failed. They are played in every test run. */
export const regressions: readonly Regression[] = [
	...conversations,
	...disks,
	...downloads,
	...rights,
	...folding,
	...purging,
	...parts,
];
