import { kitPaths } from '@mana/schema/row';
import { type ListeningSocket, listeningSockets } from '@mana/service';
import { z } from 'zod';
import { readState, type RunState } from '../../supervisor/state.ts';
import { isLocked } from '../../supervisor/lock.ts';
import type { Expected } from './expected.ts';

/** What a service of ours says about itself at `/health/live`. */
export interface Answer {
	readonly name: string;
	readonly version: string;
	readonly pid: number;
	/** Which copy of Mana it is of; `null` where it does not say. */
	readonly copy: string | null;
	/** `null`: ready; otherwise why not. */
	readonly trouble: string | null;
}

/** A socket, and who answers there. */
export interface Heard {
	readonly socket: ListeningSocket;
	/** `null`: nothing that speaks like a service of ours. */
	readonly answer: Answer | null;
	/** Whether anything came back at all. */
	readonly spoke: boolean;
}

/** What this machine shows at one moment. */
export interface Observation {
	/** Whether a Mana uses the data folder, and what it says it runs. */
	readonly state: RunState | null;
	readonly heard: readonly Heard[];
}

const askMs = 1500;
const live = z.object({ name: z.string(), version: z.string(), pid: z.number(), copy: z.string().optional() });

/**
 * Looks at this machine: who listens, and what they answer. Only sockets that may be ours are spoken to: those on `numbers`, and,
 * where a service is not in its place, everyone else's of the same user.
 *
 * @param numbers the ports that are kept for Mana here
 */
export async function observe(
	expected: readonly Expected[],
	numbers: ReadonlySet<number>,
	home: string,
	copy: string,
): Promise<Observation> {
	const sockets = await listeningSockets();
	const first = await hear(
		sockets.filter(({ port }) => numbers.has(port)),
		expected,
	);
	const found = new Set(first.flatMap(({ answer }) => (answer && (answer.copy ?? copy) === copy ? [answer.name] : [])));
	const isMissing = expected.some(({ service, as }) => as !== 'engine' && !found.has(service));
	const elsewhere = isMissing
		? await hear(
				sockets.filter(({ port, holder }) => !numbers.has(port) && holder !== null && holder.pid !== process.pid),
				[],
			)
		: [];
	return { state: isLocked(home) ? readState(home) : null, heard: [...first, ...elsewhere] };
}

function hear(sockets: readonly ListeningSocket[], expected: readonly Expected[]): Promise<Heard[]> {
	return Promise.all(
		sockets.map(async (socket): Promise<Heard> => {
			const engine = expected.find(({ as, ports }) => as === 'engine' && ports.some(({ port }) => port === socket.port));
			if (engine) return hearEngine(socket, engine);
			const said = await ask(socket, kitPaths.health);
			const read = said === null ? null : live.safeParse(parsed(said.text));
			if (!read?.success) return { socket, answer: null, spoke: said !== null };
			const ready = await ask(socket, '/health/ready');
			const trouble = ready?.ok ? null : reasonIn(ready);
			const { name, version, pid, copy = null } = read.data;
			return { socket, answer: { name, version, pid, copy, trouble }, spoke: true };
		}),
	);
}

/** An engine is well when its health path answers; one that speaks no HTTP, when it takes a connection, which its socket shows. */
async function hearEngine(socket: ListeningSocket, { health }: Expected): Promise<Heard> {
	if (health === null) return { socket, answer: null, spoke: true };
	return { socket, answer: null, spoke: (await ask(socket, health))?.ok ?? false };
}

interface Said {
	readonly ok: boolean;
	readonly text: string;
}

/** @returns `null` when nothing that is HTTP came back in time */
async function ask(socket: ListeningSocket, path: string): Promise<Said | null> {
	try {
		const answer = await fetch(`http://${hostOf(socket)}:${socket.port}${path}`, {
			signal: AbortSignal.timeout(askMs),
			redirect: 'manual',
		});
		return { ok: answer.ok, text: await answer.text() };
	} catch (error) {
		if (error instanceof Error) return null;
		throw error;
	}
}

/** How this machine reaches a socket. */
function hostOf({ address, family }: ListeningSocket): string {
	if (family === 'ipv4') return address === '0.0.0.0' ? '127.0.0.1' : address;
	return `[${address === '::' ? '::1' : address}]`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

function reasonIn(said: Said | null): string {
	if (said === null) return 'it does not answer in time';
	const problem = z.object({ detail: z.string() }).safeParse(parsed(said.text));
	return problem.success ? problem.data.detail : 'it does not say why';
}
