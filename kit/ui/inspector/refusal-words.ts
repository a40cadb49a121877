import type { Refused } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';

const words: Readonly<Record<string, () => string>> = {
	'read-only': () => m.inspector_refusal_read_only(),
	impostor: () => m.inspector_refusal_impostor(),
	'foreign-comment': () => m.inspector_refusal_foreign_comment(),
	archived: () => m.inspector_refusal_archived(),
	stale: () => m.inspector_refusal_stale(),
	taken: () => m.inspector_refusal_taken(),
	circle: () => m.inspector_refusal_circle(),
	outdated: () => m.inspector_refusal_outdated(),
	invalid: () => m.inspector_refusal_invalid(),
};

/** Why the server did not take something, in the person's language; what it said itself where there are no words for the code. */
export function refusalWords({ code, detail }: Pick<Refused, 'code' | 'detail'>): string {
	return words[code]?.() ?? detail;
}
