import type { Refused } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';

const words: Readonly<Record<string, () => string>> = {
	'read-only': () => m.refused_read_only(),
	archived: () => m.refused_archived(),
	stale: () => m.refused_stale(),
	taken: () => m.refused_taken(),
	circle: () => m.refused_circle(),
	outdated: () => m.refused_outdated(),
	invalid: () => m.refused_invalid(),
};

/** Why the server did not take something, in the person's language; what it said itself where there are no words for the code. */
export function refusalWords({ code, detail }: Pick<Refused, 'code' | 'detail'>): string {
	return words[code]?.() ?? detail;
}
