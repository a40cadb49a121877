import type { Mana } from '@mana/sync/client/api';
import { people } from '@mana/ui/data/people.svelte';
import { profileId, profiles } from '../model.ts';
import { RecordOfOne } from './record-of-one.ts';

/** Shows one's own picture wherever one is shown, from this device or, where it is not here yet, from one's space. @param me a person's id, or `guest` */
export function showOwnPortrait(home: Mana, me: string): void {
	const record = new RecordOfOne(home, profiles, profileId);
	let shown: string | null = null;

	const heed = (): void => {
		const picture = record.row?.picture ?? null;
		const hash = picture?.hash ?? null;
		if (hash === shown) return;
		shown = hash;
		if (!picture) return people.show(me, null);
		home
			.files()
			.then((files) => files.get(picture, { collection: profiles.number, record: profileId }))
			.then(
				(content) => {
					if (shown === hash) people.show(me, new Blob([content], { type: picture.type }));
				},
				(problem: unknown) => {
					// It is tried again when something changes: the connection comes back, or the file arrives.
					if (shown === hash) shown = null;
					console.warn('The own picture is not here yet:', problem);
				},
			);
	};

	record.subscribe(heed);
	home.subscribe(heed);
	heed();
}
