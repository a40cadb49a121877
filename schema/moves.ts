import { browserRefusedPorts } from './browser-refused.ts';
import { pairsOf } from './drift.ts';
import { collide, type Holding, holderName } from './holdings.ts';
import type { Host } from './plans.ts';
import { type Range, ranges as allRanges, within } from './ranges.ts';
import type { ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';
import { systemsOf } from './systems.ts';

/** One step on the way from one state to another. `portName` is the port's name in its row. */
export type Move =
	/** The service begins to listen on a host where it was not. */
	| { readonly kind: 'start'; readonly service: string; readonly portName: string; readonly host: string; readonly to: number }
	| { readonly kind: 'stop'; readonly service: string; readonly portName: string; readonly host: string; readonly from: number }
	/** It changes its number; `aside` when it only makes room and moves once more. */
	| {
			readonly kind: 'move';
			readonly service: string;
			readonly portName: string;
			readonly host: string;
			readonly from: number;
			readonly to: number;
			readonly aside: boolean;
	  };

/** What a third number is looked for in; left out, the schema as it stands, and hosts about which nothing is known. */
export interface MoveFacts {
	readonly services?: readonly ServiceRow[];
	readonly ranges?: readonly Range[];
	readonly hosts?: readonly Host[];
}

/** Something that is not yet where it belongs. */
interface Task {
	now: Holding | null;
	readonly goal: Holding | null;
}

/**
 * The moves that lead from one state to another, in an order in which two services never hold one port.
 *
 * Each service moves once, unless the moves wait for each other in a circle: then one of them steps aside to a free number of its
 * range (a reserved one if no other is free) and moves twice. A service that changes its host starts there before it stops here.
 *
 * @throws when one of the states has two services on one port already, or when there is no number left to step aside to
 */
export function movesFrom(from: readonly Holding[], to: readonly Holding[], facts: MoveFacts = {}): Move[] {
	for (const state of [from, to]) refuseCollisions(state);
	const tasks: Task[] = pairsOf(from, to)
		.map(({ before, after }): Task => ({ now: before, goal: after }))
		.filter((task) => !isDone(task));
	const held = new Set(from);
	const moves: Move[] = [];
	for (let open = tasks; open.length > 0; open = open.filter((task) => !isDone(task))) {
		const before = moves.length;
		for (const task of open) if (mayFinish(task, held)) finish(task, held, moves);
		if (moves.length === before) stepAside(mostAwaited(open), held, to, moves, facts);
	}
	return moves;
}

/** Whether nobody is where this one wants to be. */
function mayFinish({ now, goal }: Task, held: ReadonlySet<Holding>): boolean {
	return goal === null || ![...held].some((other) => other !== now && collide(other, goal));
}

function isDone({ now, goal }: Task): boolean {
	return now === goal || (now !== null && goal !== null && now.host === goal.host && now.port === goal.port);
}

function finish(task: Task, held: Set<Holding>, moves: Move[]): void {
	const { now, goal } = task;
	if (now && goal && now.host === goal.host) moves.push(moveOf(now, goal.port, false));
	else {
		if (goal) moves.push({ kind: 'start', service: goal.service, portName: goal.portName, host: goal.host, to: goal.port });
		if (now) moves.push({ kind: 'stop', service: now.service, portName: now.portName, host: now.host, from: now.port });
	}
	if (now) held.delete(now);
	if (goal) held.add(goal);
	task.now = goal;
}

/** In a standstill everyone waits for somebody: whoever the most are waiting for makes room. */
function mostAwaited(open: readonly Task[]): Task {
	const inCircle = open.filter((task) => task.now !== null && waitsForItself(task, open));
	const awaited = (task: Task) => open.filter((other) => waitsFor(other, task)).length;
	const [first] = inCircle.sort((a, b) => awaited(b) - awaited(a));
	if (!first) throw new Error('A port is held by something that no state names, so no move leads on.');
	return first;
}

function waitsFor(task: Task, other: Task): boolean {
	return task !== other && task.goal !== null && other.now !== null && collide(task.goal, other.now);
}

function waitsForItself(start: Task, open: readonly Task[]): boolean {
	const seen = new Set<Task>();
	const queue = [start];
	for (const task of queue)
		for (const next of open.filter((other) => waitsFor(task, other))) {
			if (next === start) return true;
			if (!seen.has(next)) queue.push(next);
			seen.add(next);
		}
	return false;
}

function stepAside(task: Task, held: Set<Holding>, to: readonly Holding[], moves: Move[], facts: MoveFacts): void {
	const { now } = task;
	if (!now) throw new Error('Only what is somewhere can step aside.');
	const port = thirdNumber(now, [...held, ...to], facts);
	moves.push(moveOf(now, port, true));
	held.delete(now);
	task.now = { ...now, port };
	held.add(task.now);
}

/** Free on that host before and after, and where nothing else is expected. */
function thirdNumber(holding: Holding, used: readonly Holding[], facts: MoveFacts): number {
	const { services = allServices, ranges = allRanges, hosts = [] } = facts;
	const host = hosts.find(({ name }) => name === holding.host);
	const systems = systemsOf(host?.system ?? 'any');
	const occupants = [...systems.flatMap((system) => system.occupants), ...(host?.occupants ?? [])];
	const closed = [...systems.map((system) => system.ephemeral), ...(host?.excluded ?? [])];
	const isOpen = (port: number) =>
		!used.some((other) => other.host === holding.host && other.port === port) &&
		!occupants.some((occupant) => occupant.port === port) &&
		!within(port, closed) &&
		!browserRefusedPorts.has(port);
	const home = services.find(({ name }) => name === holding.service)?.range;
	const nearest = [...ranges.filter(({ name }) => name === home), ...ranges.filter(({ name }) => name !== home)];
	for (const range of nearest) {
		const open = range.spans
			.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index))
			.filter(isOpen);
		const port = open.find((candidate) => !within(candidate, range.reserved)) ?? open[0];
		if (port !== undefined) return port;
	}
	throw new Error(`${holderName(holding)} has to step aside on ${holding.host}, and no number of any range is free there.`);
}

function moveOf({ service, portName, host, port }: Holding, to: number, aside: boolean): Move {
	return { kind: 'move', service, portName, host, from: port, to, aside };
}

function refuseCollisions(state: readonly Holding[]): void {
	for (const [index, holding] of state.entries()) {
		const other = state.slice(0, index).find((earlier) => collide(earlier, holding));
		if (other)
			throw new Error(
				`${holderName(other)} and ${holderName(holding)} both hold ${holding.port} of ${holding.host}, so no order leads there or away. ` +
					'Give one of them another number first.',
			);
	}
}
