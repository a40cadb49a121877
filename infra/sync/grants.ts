import { appOf, type Collection } from '@mana/model';
import { declares, type ServiceRow, services } from '@mana/schema';
import { models } from '@mana/schema/registry/models';

/** Collections by the names of a row: `todo/tasks`, or `todo/*` for all of an app, those of its newer builds too. */
export class Declared {
	readonly names: readonly string[];
	readonly #apps: ReadonlySet<number>;
	readonly #collections: ReadonlySet<number>;

	/** @param known what names stand for; a name of an app without records covers nothing */
	constructor(names: readonly string[], known: readonly Collection[] = models) {
		this.names = names;
		this.#apps = new Set(
			known.filter(({ name }) => names.includes(`${name.split('/')[0]}/*`)).map(({ number }) => appOf(number)),
		);
		this.#collections = new Set(known.filter(({ name }) => names.includes(name)).map(({ number }) => number));
	}

	/** Whether a collection, by its number on the wire, is among them. */
	covers(collection: number): boolean {
		return this.#apps.has(appOf(collection)) || this.#collections.has(collection);
	}

	/** Whether a collection, or all of an app, is among them by its name. */
	includes(name: string): boolean {
		return declares(this.names, name);
	}
}

/** What a service's row in the schema lets it read and write. */
export interface Grant {
	readonly service: string;
	readonly description: string;
	readonly reads: Declared;
	readonly writes: Declared;
	/** Whether it runs in this version of Mana. */
	readonly running: boolean;
}

/** Every service that declares records which it reads or writes. */
export const grants: readonly Grant[] = grantsOf(services);

function grantsOf(rows: readonly ServiceRow[]): Grant[] {
	return rows
		.filter(({ kind, reads, writes }) => kind !== 'external' && reads.length + writes.length > 0)
		.map(({ name, description, reads, writes, status }) => ({
			service: name,
			description,
			reads: new Declared(reads),
			writes: new Declared(writes),
			running: status === 'running',
		}));
}

export function grantOf(service: string): Grant | undefined {
	return grants.find((grant) => grant.service === service);
}
