import type { Mana } from '@mana/sync/client/api';
import { people } from '@mana/ui/data/people.svelte';
import { profileId, profiles } from '../model.ts';
import { RecordOfOne } from './record-of-one.ts';

/** Whoever set it may still be sending it: when to look again, in ms. After the last one a change is waited for. */
const AGAIN_MS = [1_000, 2_000, 5_000, 15_000, 60_000];

/** Shows one's own picture wherever one is shown, from this device or, where it is not here yet, from one's space. @param me a person's id, or `guest` */
export function showOwnPortrait(home: Mana, me: string): void {
	const record = new RecordOfOne(home, profiles, profileId);
	let shown: string | null = null;
	let wanted: string | null = null;
	let failures = 0;
	let again: ReturnType<typeof setTimeout> | undefined;

	const heed = (): void => {
		const picture = record.row?.picture ?? null;
		const hash = picture?.hash ?? null;
		if (hash === shown) return;
		if (hash !== wanted) [wanted, failures] = [hash, 0];
		shown = hash;
		clearTimeout(again);
		if (!picture) return people.show(me, null);
		home
			.files()
			.then((files) => files.get(picture, { collection: profiles.number, record: profileId }))
			.then(
				(content) => {
					if (shown === hash) people.show(me, new Blob([content], { type: picture.type }));
				},
				(problem: unknown) => {
					if (shown !== hash) return;
					const wait = AGAIN_MS[failures++];
					if (wait === undefined) shown = null;
					else
						again = setTimeout(() => {
							shown = null;
							heed();
						}, wait);
					console.warn('The own picture is not here yet:', problem);
				},
			);
	};

	record.subscribe(heed);
	home.subscribe(heed);
	heed();
}
