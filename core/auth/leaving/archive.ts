import { Problem } from '@mana/service';
import { exported, type Leaver } from '@mana/service/leaving';
import type { Person } from '../person.ts';
import type { Realm } from '../realm.ts';
import { authLeaving } from './entries.ts';
import { keepers } from './keepers.ts';
import { askAbout, type Neighbours } from './neighbours.ts';

/**
 * Everything that this Mana holds of a person, as lines of JSON: first what it is; then each row with its service and table; last how many
 * lines each service gave, and whether any of them could not be heard. Without that last line the archive was cut off.
 */
export async function* archiveOf(realm: Realm, neighbours: Neighbours, person: Person): AsyncGenerator<object> {
	yield { mana: 'archive', version: 1, person: person.id, at: new Date(realm.clock.now()).toISOString() };
	const given: Record<string, number> = {};
	const missing: Record<string, string> = {};
	const entries = authLeaving(realm, realm.keys.pseudonym(person.email));
	const who = { person: person.id, address: person.email };
	for await (const one of exported(realm.store.db, entries, who)) {
		given['mana-auth'] = (given['mana-auth'] ?? 0) + 1;
		yield { service: 'mana-auth', ...one };
	}
	for (const service of keepers) {
		given[service] = 0;
		try {
			for await (const text of linesFrom(neighbours, service, who)) {
				given[service]++;
				yield { service, ...(JSON.parse(text) as object) };
			}
		} catch (error) {
			realm.log.error({ err: error, service }, 'an archive lacks what a service holds');
			missing[service] = error instanceof Problem ? error.code : 'broke-off';
		}
	}
	yield { end: true, lines: given, complete: Object.keys(missing).length === 0, missing };
}

async function* linesFrom(neighbours: Neighbours, service: string, { person, address }: Leaver): AsyncGenerator<string> {
	const answer = await askAbout(neighbours, service, person, 'export', { address });
	if (!answer.body) throw new TypeError(`${service} answered ${answer.status}.`);
	let text = '';
	for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
		const lines = (text + part).split('\n');
		text = lines.pop() ?? '';
		yield* lines;
	}
	if (text !== '') throw new TypeError(`${service} broke off in the middle of a line.`);
}
