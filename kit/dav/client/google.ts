import type { Service } from '../mirror/app.ts';
import { Trouble } from '../mirror/trouble.ts';
import type { Connected, Connections } from './connections.ts';
import { type DavKind, foldersElsewhere } from './discover.ts';
import { DavDoor, type DoorParts, type SignsIn } from './door.ts';
import { FolderThere, type ObjectsElsewhere } from './folder.ts';

export interface GoogleParts extends Omit<DoorParts, 'signsIn'> {
	readonly connections: Connections;
}

/** Where Google answers: calendars by CalDAV below the address of each account, contacts where CardDAV is looked for. */
export const googleAddresses = {
	calendars: 'https://apidata.googleusercontent.com/caldav/v2/',
	contacts: 'https://www.googleapis.com/.well-known/carddav',
} as const;

/** Nobody is looked for in DNS: Google is where it says it is. */
const nowhere = async () => [];

/**
 * Accounts at Google that their people connected (OAuth 2.0, developers.google.com): by CalDAV or CardDAV, with access tokens of mana-auth.
 *
 * @param startFor where to begin, for the address of an account
 */
export function googleAccounts(
	{ connections, ...parts }: GoogleParts,
	kind: DavKind,
	objects: ObjectsElsewhere,
	startFor: (label: string) => string,
): Service {
	const doorOf = (whose: Connected) => new DavDoor({ ...parts, signsIn: new Bearer(connections, whose) });
	return {
		async connected(person, connection) {
			const { label, provider } = await connections.token({ person, connection });
			return { person, address: provider, user: label, secret: connection };
		},
		folders: ({ person, user, secret }) =>
			foldersElsewhere(doorOf({ person, connection: secret }), kind, startFor(user), nowhere),
		open: ({ person, secret }, { url }) =>
			// What Google is sent it says in its own words, and keeps only what it has a place for: it is read again after each write.
			new FolderThere(doorOf({ person, connection: secret }), url, objects, {
				rewrites: true,
				namesObjects: kind.service === 'carddav',
			}),
		ended: ({ person, secret }) => connections.end({ person, connection: secret }),
	};
}

/** Signs in with an access token (RFC 6750). */
class Bearer implements SignsIn {
	readonly #connections: Connections;
	readonly #whose: Connected;
	/** Asked for once in all of a round. */
	#token: Promise<string> | null = null;

	constructor(connections: Connections, whose: Connected) {
		this.#connections = connections;
		this.#whose = whose;
	}

	async header(): Promise<string> {
		this.#token ??= this.#ask();
		return `Bearer ${await this.#token}`;
	}

	/** A token may end at any time: a new one is asked for once. */
	async again(): Promise<string> {
		const refused = this.#token === null ? undefined : await this.#token;
		this.#token = this.#ask(refused);
		return `Bearer ${await this.#token}`;
	}

	refused(host: string): Trouble {
		return new Trouble('disconnected', `${host} does not let this Mana in any more. Connect the account again.`);
	}

	async #ask(refused?: string): Promise<string> {
		try {
			return (await this.#connections.token(this.#whose, refused)).token;
		} catch (error) {
			this.#token = null;
			throw error;
		}
	}
}
