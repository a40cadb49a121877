import type { Guest } from '../model.ts';
import { isDay } from '../moments.ts';
import type { Invitation } from '../outside/seen.ts';
import { openProposal } from '../proposals.ts';
import { aboutOf, type Whole } from '../whole.server.ts';
import { ofGuest } from './link.server.ts';
import { spanOf } from './when.server.ts';

/** Whose wish it is; nobody where somebody is invited to single occurrences only. */
export function asker({ guests }: Whole, address: string): Guest | undefined {
	return ofGuest(guests, address)[0];
}

/** What a guest asked for, and whether it was refused; `null`: nothing, or what they spoke of was moved since. */
export function wishOf(whole: Whole, address: string, zone: string): Invitation['proposal'] {
	const guest = asker(whole, address);
	const about = guest && aboutOf(whole, guest.proposedOccurrence);
	const wish = guest && about ? openProposal({ ...guest, proposal: 'open' }, about) : null;
	if (!guest || !about || !wish) return null;
	const { start, length, zone: clocks, occurrence } = wish;
	const wholeDay = isDay(start);
	const span = spanOf({ ...about, start, length, zone: clocks }, wholeDay ? 'UTC' : zone)!;
	return { ...span, wholeDay, zone: clocks, occurrence, refused: guest.proposal === 'declined' };
}
