import { browserRefusedPorts } from './browser-refused.ts';
import type { Finding } from './check.ts';
import { spanText, within } from './ranges.ts';
import type { Port, ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';
import { ephemeralSpans, lastPort } from './systems.ts';

/** What a second copy is checked against. */
export interface OffsetFacts {
	/** Whether something listens on a port of this machine now. Left out, nothing is asked. */
	readonly isListening?: (port: number) => boolean;
	readonly services?: readonly ServiceRow[];
}

/** The answer about an offset. It may be used when `findings` is empty. */
export interface OffsetCheck {
	readonly offset: number;
	readonly findings: readonly Finding[];
	/** The next offset without findings, where this one has some; `null` when there is none. */
	readonly suggestion: number | null;
}

/** Suggestions are round, so that a person can add them in the head: 3001 becomes 13001. */
const suggestionStep = 100;

/**
 * Checks the offset that a second copy on the same machine adds to every port.
 *
 * All rows of ours count, also those that are only planned: an offset must not stop working when one is built. Only what is
 * running is asked whether something listens there already. External engines do not move.
 */
export function checkOffset(offset: number, facts: OffsetFacts = {}): OffsetCheck {
	const findings = offsetFindings(offset, facts);
	return { offset, findings, suggestion: findings.length > 0 ? suggest(offset, facts) : null };
}

/** The rows whose ports an offset moves, each with its number under that offset. */
export function shiftedPorts(offset: number, services: readonly ServiceRow[] = allServices): { row: ServiceRow; port: Port }[] {
	return services
		.filter((row) => row.kind !== 'external')
		.flatMap((row) => row.ports.map((port) => ({ row, port: { ...port, port: port.port + offset } })));
}

function suggest(offset: number, facts: OffsetFacts): number | null {
	const start = Number.isSafeInteger(offset) && offset >= 0 && offset <= lastPort ? Math.floor(offset / suggestionStep) : 0;
	const count = Math.ceil(lastPort / suggestionStep);
	for (let step = 1; step <= count; step++) {
		const candidate = ((start + step) % count || count) * suggestionStep;
		if (offsetFindings(candidate, facts).length === 0) return candidate;
	}
	return null;
}

/** What speaks against an offset, without looking for a better one. */
export function offsetFindings(offset: number, { isListening, services = allServices }: OffsetFacts = {}): Finding[] {
	if (!Number.isSafeInteger(offset) || offset < 0)
		return [{ code: 'not-an-offset', rows: [], message: `${offset} is no offset.`, fix: 'Use a whole number from 0 on.' }];
	const holders = new Map(services.flatMap((row) => row.ports.map((port) => [port.port, row.name] as const)));
	return shiftedPorts(offset, services).flatMap(({ row, port: { port } }) => {
		const at = `${row.name} would listen on ${port}`;
		const fix = 'Use another offset.';
		if (port > lastPort)
			return [{ code: 'too-high', rows: [row.name], message: `${at}, but ${lastPort} is the last port.`, fix }];
		const found: Finding[] = [];
		if (browserRefusedPorts.has(port))
			found.push({ code: 'browser-refused', rows: [row.name], message: `${at}, which browsers refuse to connect to.`, fix });
		const span = ephemeralSpans.find((span) => within(port, [span]));
		if (span)
			found.push({
				code: 'ephemeral',
				rows: [row.name],
				message: `${at}, which the system may hand to any outgoing connection (${spanText(span)}).`,
				fix,
			});
		const holder = offset === 0 ? undefined : holders.get(port);
		if (holder)
			found.push({
				code: 'collides',
				rows: [row.name, holder],
				message: `${at}, the port of ${holder} in a copy without offset.`,
				fix,
			});
		if (row.status === 'running' && isListening?.(port))
			found.push({ code: 'listening', rows: [row.name], message: `${at}, where something listens already.`, fix });
		return found;
	});
}
