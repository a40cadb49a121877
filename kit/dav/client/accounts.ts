import type { Egress } from '@mana/service/egress';
import type { Login, Service } from '../mirror/app.ts';
import { type DavKind, type FindServers, foldersElsewhere } from './discover.ts';
import { DavDoor, passwordOf } from './door.ts';
import { FolderThere, type ObjectsElsewhere } from './folder.ts';

export interface DavAccountParts {
	readonly reach: Egress;
	readonly clock: { now(): number };
	/** Whether a password may go without TLS. */
	readonly allowPlain: boolean;
	readonly findServers: FindServers;
}

/** Accounts on servers that speak CalDAV (RFC 4791) or CardDAV (RFC 6352), by a name and a password. */
export function davAccounts(
	{ reach, clock, allowPlain, findServers }: DavAccountParts,
	kind: DavKind,
	objects: ObjectsElsewhere,
): Service {
	const doorOf = ({ user, secret }: Login) => new DavDoor({ reach, clock, signsIn: passwordOf(user, secret), allowPlain });
	return {
		folders: (login) => foldersElsewhere(doorOf(login), kind, login.address, findServers),
		open: (login, { url }) => new FolderThere(doorOf(login), url, objects),
	};
}
