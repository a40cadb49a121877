import { addressesIn, isMachine, isPublicName, isSelf, serviceOfScheme } from './addresses.ts';
import { nameInVariable, serviceMeant } from './names.ts';
import { type Place, portStatement, type Statement } from './statement.ts';

/** A setting as an environment has it: of a container, or in a file of its own. */
export interface Setting extends Place {
	readonly variable: string;
	/** With its variables replaced. */
	readonly value: string;
}

/** Whose environment it is. */
export interface Owner {
	/** The container's or the folder's name; `null` for an environment that several share. */
	readonly name: string | null;
	readonly service: string | null;
	/** Whether it is inside of a container, where `localhost` is the container itself. */
	readonly inside: boolean;
	/** Names that stand for a container beside it, each with the service it is. */
	readonly neighbours: ReadonlyMap<string, string | null>;
}

/** Lists of origins say whose pages may ask, not whom anybody calls. */
const originList = /(CORS|ORIGINS?|ALLOWED_HOSTS|TRUSTED)(_|$)/;
const ownPort = /^(HTTP_|SERVER_|APP_|LISTEN_)?PORT$/;
const highestReserved = 1023;

/** What one setting says: its owner's own port, another one's, or whom it calls. */
export function statementsOf({ variable, value, file, line }: Setting, owner: Owner): Statement[] {
	const place = { file, line };
	if (originList.test(variable) || value === '') return [];
	if (ownPort.test(variable)) return owner.name === null ? [] : ownPortOf(value, owner.name, owner, place);
	const meant = nameInVariable(variable);
	if (variable.endsWith('_PORT')) return otherPortOf(value, meant, owner, place);
	return addressesIn(value).flatMap((address) => {
		const { host, scheme } = address;
		const said: Statement[] = [];
		const neighbour = owner.neighbours.get(host);
		// By multicast DNS machines have names too (RFC 6762 §3): one that no service is known by is a machine's.
		const isMachineName = host.endsWith('.local') && neighbour === undefined && serviceMeant(host) === null;
		const isName = !isMachine(host) && !isMachineName && !isPublicName(host);
		if (isPublicName(host) && /^(https|wss)$/.test(scheme ?? ''))
			return [{ ...place, kind: 'hands-out', host, by: owner.name ?? variable }];
		const byHost = isName ? (neighbour ?? serviceMeant(host)) : null;
		if (isName) said.push({ ...place, kind: 'name', service: byHost, name: host });
		const port = address.port;
		if (port === null) return said;
		const service = byHost ?? (isName ? null : (serviceOfScheme(scheme) ?? serviceMeant(meant)));
		const name = isName ? host : meant;
		if (name === '' || (service === null && !isName && isGeneric(name))) return said;
		// A container that speaks to itself, as a health check does, says nothing about others.
		if (owner.inside && isSelf(host) && service === null) return said;
		said.push(
			portStatement({
				...place,
				says: owner.name === null ? 'sets' : 'calls',
				service,
				name,
				port,
				by: owner.name,
				inside: owner.inside && isName,
			}),
		);
		return said;
	});
}

function ownPortOf(value: string, name: string, owner: Owner, place: Place): Statement[] {
	const port = portIn(value);
	if (port === null) return [];
	return [portStatement({ ...place, says: 'listens', service: owner.service, name, port, inside: owner.inside })];
}

/** `MANA_SYNC_PORT=3010`: what somebody else has. Below 1024 are services of the internet (mail, web), which no row is. */
function otherPortOf(value: string, meant: string, owner: Owner, place: Place): Statement[] {
	const port = portIn(value);
	const service = serviceMeant(meant);
	if (port === null || meant === '' || port <= highestReserved || (service === null && isGeneric(meant))) return [];
	// A container has numbers of its own by many names; of which other one it speaks, only a known name says.
	if (owner.inside && service === null) return [];
	const own = service !== null && service === owner.service;
	const says = own ? 'listens' : owner.name === null ? 'sets' : 'calls';
	return [portStatement({ ...place, says, service, name: meant, port, by: own ? null : owner.name, inside: owner.inside })];
}

/** Words that name nobody in particular, and those that say what an address is there for. */
function isGeneric(name: string): boolean {
	return (
		/^(app|apps|api|backend|server|base|frontend|web|site|self|this|smtp|mail|imap|proxy|debug|metrics|node|bun|test|health)(-|$)/.test(
			name,
		) || /(^|-)(redirect|callback|webhook|return|urls|hosts|endpoints|targets|peers)$/.test(name)
	);
}

function portIn(value: string): number | null {
	return /^\d{2,5}$/.test(value.trim()) && Number(value) <= 65535 ? Number(value) : null;
}
