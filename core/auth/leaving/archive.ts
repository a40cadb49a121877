import { type call, Problem, type ServiceIdentity } from '@mana/service';
import { exported } from '@mana/service/leaving';
import type { Person } from '../person.ts';
import type { Realm } from '../realm.ts';
import { authLeaving } from './entries.ts';
import { keepers } from './keepers.ts';

/** How other services are reached. */
export interface Neighbours {
	readonly identity: ServiceIdentity;
	readonly addressOf: (service: string) => string;
	readonly fetch: ReturnType<typeof call>;
}

/**
 * Everything that this Mana holds of a person, as lines of JSON: first what it is; then each row with its service and table; last how many
 * lines each service gave, and whether any of them could not be heard. Without that last line the archive was cut off.
 */
export async function* archiveOf(realm: Realm, neighbours: Neighbours, person: Person): AsyncGenerator<object> {
	yield { mana: 'archive', version: 1, person: person.id, at: new Date(realm.clock.now()).toISOString() };
	const given: Record<string, number> = {};
	const missing: Record<string, string> = {};
	const entries = authLeaving(realm, realm.keys.pseudonym(person.email));
	for await (const one of exported(realm.store.db, entries, person.id)) {
		given['mana-auth'] = (given['mana-auth'] ?? 0) + 1;
		yield { service: 'mana-auth', ...one };
	}
	for (const service of keepers) {
		given[service] = 0;
		try {
			for await (const text of linesFrom(neighbours, service, person.id)) {
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

async function* linesFrom({ identity, addressOf, fetch }: Neighbours, service: string, person: string): AsyncGenerator<string> {
	const answer = await fetch(`${addressOf(service)}/v1/persons/${person}/export`, {
		headers: { authorization: `Bearer ${await identity.token(service)}` },
	});
	if (!answer.ok || !answer.body) throw new TypeError(`${service} answered ${answer.status}.`);
	let text = '';
	for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
		const lines = (text + part).split('\n');
		text = lines.pop() ?? '';
		yield* lines;
	}
	if (text !== '') throw new TypeError(`${service} broke off in the middle of a line.`);
}
