import type { Leaving } from '@mana/service/leaving';
import type { Tables } from './store.ts';

/** mana-user keeps nothing of its own: what it knows is in people's own spaces. */
export const userLeaving: Leaving<Tables> = {
	register: { nothing: 'Profiles and settings, as people’s own spaces in mana-sync have them: a copy that goes with the space.' },
};
