import type { ListeningSocket } from '@mana/service';
import type { Expected, ExpectedPort } from './expected.ts';
import type { Answer, Heard, Observation } from './observe.ts';

/** Something that is not as the plan has it. */
export interface Ailment {
	/** `not-running` `not-listening` `moved` `twice` `taken` `other-copy` `silent` `not-ready` `other-version` `stranger` */
	readonly code: string;
	/** What it is about; `null` for a number that no service has. */
	readonly service: string | null;
	readonly port: number | null;
	readonly message: string;
	readonly fix: string;
}

/** One service, as it is found. */
export interface Found {
	readonly service: string;
	readonly ports: readonly FoundPort[];
	readonly health: 'ready' | 'not-ready' | 'silent' | 'absent';
	/** What it reports of itself; `null` where nothing does. */
	readonly name: string | null;
	readonly version: string | null;
}

export interface FoundPort {
	readonly name: string;
	readonly expected: number;
	/** Where it listens really; `null`: nowhere. */
	readonly listening: number | null;
	readonly ipv4: boolean;
	readonly ipv6: boolean;
}

export interface Diagnosis {
	readonly services: readonly Found[];
	readonly findings: readonly Ailment[];
}

/** What the plan says about this machine. */
export interface Facts {
	readonly expected: readonly Expected[];
	/** Numbers that are kept for Mana, each with what for. */
	readonly kept: ReadonlyMap<number, string>;
	/** Which copy of Mana is looked at. */
	readonly copy: string;
	readonly home: string;
	/** The version of this checkout. */
	readonly version: string;
}

/** Compares what a plan has running here with what this machine shows. Every deviation is one finding. */
export function diagnose(facts: Facts, seen: Observation): Diagnosis {
	const { expected, home } = facts;
	const patients = expected.map((one) => examine(one, facts, seen));
	const services = patients.map(({ found }) => found);
	const nobody = expected.some(({ as }) => as !== 'engine') && !seen.heard.some((heard) => isOwn(heard, facts, seen));
	const ailments = patients.flatMap(({ ailments }) => ailments);
	const findings = nobody
		? [
				{
					code: 'not-running',
					service: null,
					port: null,
					message: `No service of the Mana in ${home} runs.`,
					fix: 'Start it: npm start (with the same --home and --port-offset).',
				},
				...ailments.filter(({ code }) => code !== 'not-listening'),
			]
		: ailments;
	return { services, findings: [...findings, ...strangers(facts, seen)] };
}

interface Patient {
	readonly found: Found;
	readonly ailments: readonly Ailment[];
}

function examine(one: Expected, facts: Facts, seen: Observation): Patient {
	if (one.as === 'engine') return examineEngine(one, seen);
	const { service } = one;
	const [main, ...besides] = one.ports;
	if (!main) throw new Error(`${service} has no port.`);
	const on = (port: number) => seen.heard.filter(({ socket }) => socket.port === port);
	const isIts = (heard: Heard) => isOwn(heard, facts, seen) && (heard.answer?.name ?? service) === service;
	const own = on(main.port).filter(isIts);
	const others = on(main.port).filter((heard) => !isIts(heard));
	const taken = others.length > 0 ? [takenBy(service, main.port, others, facts)] : [];
	const away = seen.heard.filter(
		(heard) =>
			heard.answer?.name === service && isOwn(heard, facts, seen) && !one.ports.some(({ port }) => port === heard.socket.port),
	);
	const answer = (own.find((heard) => heard.answer) ?? away[0])?.answer ?? null;
	const found: Found = {
		service,
		ports: [
			portFound(main, own.length > 0 ? own : away),
			...besides.map((port) =>
				portFound(
					port,
					on(port.port).filter((heard) => isOwn(heard, facts, seen)),
				),
			),
		],
		health: answer ? (answer.trouble === null ? 'ready' : 'not-ready') : own.length > 0 ? 'silent' : 'absent',
		name: answer?.name ?? null,
		version: answer?.version ?? null,
	};
	if (own.length === 0 && away.length > 0) return { found, ailments: [movedTo(service, main.port, away), ...taken] };
	if (own.length === 0) return { found, ailments: taken.length > 0 ? taken : [notListening(service, main.port, seen)] };
	const missing = besides.filter((_, index) => found.ports[index + 1]?.listening === null);
	return {
		found,
		ailments: [
			...unwell(service, main.port, own, answer, facts),
			...missing.map(({ port }) => notListening(service, port, seen)),
			...(away.length > 0 ? [listensTwice(service, main.port, away)] : []),
			...taken,
		],
	};
}

function examineEngine(one: Expected, { heard }: Observation): Patient {
	const ports = one.ports.map((port) =>
		portFound(
			port,
			heard.filter(({ socket }) => socket.port === port.port),
		),
	);
	const missing = one.ports.filter((_, index) => ports[index]?.listening === null);
	const isSilent = heard.some(({ socket, spoke }) => socket.port === one.ports[0]?.port && !spoke);
	const health = missing.length > 0 ? 'absent' : isSilent ? 'silent' : 'ready';
	return {
		found: { service: one.service, ports, health, name: null, version: null },
		ailments: [
			...missing.map(({ port }) => ({
				code: 'not-listening',
				service: one.service,
				port,
				message: `${one.service} is expected on ${port}, and nothing listens there.`,
				fix: `Start the engine, or take ${one.service} out of the plan.`,
			})),
			...(health === 'silent' ? [silent(one.service, one.ports[0]?.port ?? 0)] : []),
		],
	};
}

/**
 * Whether somebody belongs to this copy: by its own word, or by the supervisor of this copy. Who answers without such a word, as an
 * older version does, belongs to it on the numbers of this copy, and anywhere else to another one.
 */
function isOwn({ answer, socket }: Heard, { copy, kept, expected }: Facts, { state }: Observation): boolean {
	const { port, holder } = socket;
	if (answer?.copy) return answer.copy === copy;
	if (answer) return kept.has(port) || expected.some(({ ports }) => ports.some((own) => own.port === port));
	return holder !== null && (state?.processes ?? []).some((process) => process.pid === holder.pid);
}

function unwell(service: string, port: number, own: readonly Heard[], answer: Answer | null, { version }: Facts): Ailment[] {
	if (!answer) return [silent(service, port, own)];
	const about = { service, port };
	return [
		...(answer.trouble === null
			? []
			: [
					{
						code: 'not-ready',
						...about,
						message: `${service} listens on ${port} and is not ready: ${answer.trouble}`,
						fix: 'Look into logs/mana.log of the data folder.',
					},
				]),
		...(answer.version === version
			? []
			: [
					{
						code: 'other-version',
						...about,
						message: `${service} on ${port} is of version ${answer.version}, and this is ${version}.`,
						fix: 'Stop Mana and start it again.',
					},
				]),
	];
}

function silent(service: string, port: number, own: readonly Heard[] = []): Ailment {
	const who = own.length > 0 ? ` (${holders(own)})` : '';
	return {
		code: 'silent',
		service,
		port,
		message: `${service} listens on ${port} and does not answer${who}.`,
		fix: 'Stop that process; Mana starts it again.',
	};
}

function notListening(service: string, port: number, { state }: Observation): Ailment {
	const process = state?.processes.find(({ services }) => services.includes(service));
	const why = process
		? ` Its process ${process.name} is ${process.state}.`
		: state
			? ' The Mana that runs was started without it.'
			: '';
	return {
		code: 'not-listening',
		service,
		port,
		message: `${service} is expected on ${port}, and nothing listens there.${why}`,
		fix: process
			? 'Look into logs/mana.log of the data folder, and start Mana again.'
			: `Start it: npm start, or mana up ${service}.`,
	};
}

function movedTo(service: string, port: number, away: readonly Heard[]): Ailment {
	const where = away[0]?.socket.port ?? port;
	return {
		code: 'moved',
		service,
		port,
		message: `${service} is expected on ${port} and listens on ${where} (${holders(away)}).`,
		fix: `Stop it there and start it by Mana, or give it ${where} in a plan of your own.`,
	};
}

function listensTwice(service: string, port: number, away: readonly Heard[]): Ailment {
	return {
		code: 'twice',
		service,
		port,
		message: `${service} listens on ${port}, as it should, and once more on ${away[0]?.socket.port} (${holders(away)}).`,
		fix: 'Stop the second one: two of them must not share a data folder.',
	};
}

function takenBy(service: string, port: number, others: readonly Heard[], { copy }: Facts): Ailment {
	const mana = others.find(({ answer }) => answer?.copy)?.answer;
	const about = { service, port };
	if (mana && mana.copy !== copy)
		return {
			code: 'other-copy',
			...about,
			message: `${port}, the number of ${service}, is held by ${mana.name} of another copy of Mana (${holders(others)}).`,
			fix: 'Start one of the two under another offset: npm start -- --port-offset N.',
		};
	const says = mana ? `, which answers as ${mana.name}` : '';
	return {
		code: 'taken',
		...about,
		message: `${port}, the number of ${service}, is held by ${holders(others)}${says}.`,
		fix: 'Stop it, or start Mana under another offset: npm start -- --port-offset N.',
	};
}

/** Who sits on a number that is kept for Mana and on which nothing of it is expected. Another copy may: it has numbers of its own. */
function strangers(facts: Facts, seen: Observation): Ailment[] {
	const expected = new Set(facts.expected.flatMap(({ ports }) => ports.map(({ port }) => port)));
	const isKnown = ({ answer }: Heard) =>
		answer !== null &&
		((answer.copy ?? facts.copy) !== facts.copy || facts.expected.some(({ service }) => service === answer.name));
	const unknown = seen.heard.filter(
		(heard) =>
			facts.kept.has(heard.socket.port) &&
			!expected.has(heard.socket.port) &&
			!isKnown(heard) &&
			(heard.answer !== null || !isOwn(heard, facts, seen)),
	);
	return [...new Set(unknown.map(({ socket }) => socket.port))].map((port) => {
		const here = unknown.filter(({ socket }) => socket.port === port);
		const name = here.find(({ answer }) => answer)?.answer?.name;
		const says = name === undefined ? '' : ` and answers as ${name}, which this plan does not have here`;
		return {
			code: 'stranger',
			service: null,
			port,
			message: `${port} is ${facts.kept.get(port)}, and ${holders(here)} listens there${says}.`,
			fix: 'Stop it or move it to a number that is not kept for Mana.',
		};
	});
}

/** `process 71 (bun index.ts) on IPv4 127.0.0.1 and an unknown process on IPv6 ::1` */
function holders(heard: readonly Heard[]): string {
	const sockets = heard.map(({ socket }) => socket);
	const pids = [...new Set(sockets.map(({ holder }) => holder?.pid ?? null))];
	return pids
		.map((pid) => {
			const mine = sockets.filter(({ holder }) => (holder?.pid ?? null) === pid);
			const command = mine[0]?.holder?.command;
			const who = pid === null ? 'a process of another user' : `process ${pid} (${command})`;
			return `${who} on ${mine.map(addressText).join(' and ')}`;
		})
		.join(', and ');
}

function addressText({ family, address }: ListeningSocket): string {
	return `${family === 'ipv4' ? 'IPv4' : 'IPv6'} ${address}`;
}

function portFound({ name, port }: ExpectedPort, heard: readonly Heard[]): FoundPort {
	const has = (family: ListeningSocket['family']) => heard.some(({ socket }) => socket.family === family);
	return { name, expected: port, listening: heard[0]?.socket.port ?? null, ipv4: has('ipv4'), ipv6: has('ipv6') };
}
