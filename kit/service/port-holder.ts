import { checkOffsetHere } from '@mana/schema/offsets';
import type { Instance } from './addresses.ts';
import { type Holder, listeningSockets } from './listeners.ts';

/** The port is in use. The message names who holds it and a command that works. */
export class PortTakenError extends Error {
	override readonly name = 'PortTakenError';
	readonly port: number;

	constructor(port: number, message: string) {
		super(message);
		this.port = port;
	}
}

export function isTakenPort(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export async function describeTakenPort(service: string, port: number, instance: Instance): Promise<PortTakenError> {
	const holder = await holderOf(port);
	const who = holder ? `process ${holder.pid} (${holder.command})` : 'another process';
	const offset = await freeOffsetAfter(instance);
	return new PortTakenError(
		port,
		`Port ${port}, which ${service} needs, is taken by ${who}.\n` +
			(offset === null
				? 'Stop that process, and start Mana again.'
				: `Stop that process, or start Mana beside it: npm start -- --port-offset ${offset}`),
	);
}

/** An offset under which every port of this machine is free now; `null` when there is none. */
async function freeOffsetAfter({ portOffset, host }: Instance): Promise<number | null> {
	const check = await checkOffsetHere(portOffset + 100, host);
	return check.findings.length === 0 ? check.offset : check.suggestion;
}

/** Who listens on a TCP port of this machine, IPv4 before IPv6; `null` when nobody does or the system does not tell. */
export async function holderOf(port: number): Promise<Holder | null> {
	// A message that names nobody is better than none.
	const sockets = await listeningSockets((candidate) => candidate === port).catch(() => []);
	return sockets.find(({ holder }) => holder !== null)?.holder ?? null;
}
