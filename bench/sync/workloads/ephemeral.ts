import { NotThere } from '../stage.ts';
import type { Workload } from './workload.ts';

/** Messages that are passed on and never kept. */
export const ephemeral: Workload = {
	name: 'ephemeral',
	title: 'Ephemeral relay, A to B',
	how: 'a presence message from A to B without a commit',
	who: 'ours',
	withinMs: 1_000,
	run: () => Promise.reject(new NotThere('Presence has a frame number (16) and no code yet: docs/sync.md, Not there yet.')),
};
