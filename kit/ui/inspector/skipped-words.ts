import type { Mana, Skipped } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';
import type { AppManifest } from '../shell/manifest.ts';
import { changeWords } from './change-words.ts';

/** What undo or redo left as it is, in a sentence. */
export async function skippedWords(mana: Mana, apps: readonly AppManifest[], skipped: readonly Skipped[]): Promise<string> {
	const words = await changeWords(apps);
	const first = skipped[0]!;
	const ofFirst = skipped.filter(({ record }) => record === first.record);
	const fields = [...new Set(ofFirst.map((one) => words.field(one)))].join(', ');
	const what = m.inspector_change_of({ what: words.record(mana, first), fields });
	const others = skipped.length - ofFirst.length;
	return m.inspector_skipped({ what: others > 0 ? m.inspector_change_and_more({ what, count: others }) : what });
}
