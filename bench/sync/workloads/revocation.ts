import { NotThere } from '../stage.ts';
import type { Workload } from './workload.ts';

/** From a person's removal until no byte goes out and the clients are wiped. */
export const revocation: Workload = {
	name: 'revocation',
	title: 'Revocation',
	how: 'from the commit that removes a member until the last byte to them, and until their online clients are wiped',
	who: 'ours',
	withinMs: 1_000,
	run: () => Promise.reject(new NotThere('Membership cannot be changed yet: docs/sync.md, Not there yet.')),
};
