import { type Ambience, ambiences } from './noise.ts';

/** What somebody hears while they work on this device, and how loud; `null`: nothing. */
export interface AmbienceChoice {
	readonly kind: Ambience | null;
	/** In [0,1]. */
	readonly volume: number;
}

export const quiet: AmbienceChoice = { kind: null, volume: 0.5 };

/** What was kept of a choice; what is no choice (any more) is none. */
export function readChoice(text: string | null): AmbienceChoice {
	const [kind = '', volume = ''] = (text ?? '').split(' ');
	const loud = Number(volume);
	return {
		kind: ambiences.find((one) => one === kind) ?? null,
		volume: volume !== '' && loud >= 0 && loud <= 1 ? loud : quiet.volume,
	};
}

export function choiceText({ kind, volume }: AmbienceChoice): string {
	return `${kind ?? '-'} ${volume}`;
}
