import { command, lawOf, systemFields } from '@mana/model';
import type { DeviceId, Op, Place, Precondition, Transaction } from '../cell.ts';
import { MAX_DRIFT_MS, nextStamp, stampAt } from '../clock.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import type { Ack, ByeCode } from '../frames.ts';
import { limits } from '../limits.ts';
import { cellOf, mergeCell, placeKey } from '../merge.ts';
import type { Access } from '../permission.ts';
import { accessOf } from '../service-actor.ts';
import { isLeftover, isTombstone, recordKey, type RecordName, SERVER, tombstoneOf } from '../tombstone.ts';
import { attempt, closesCircle, STALE } from './attempt.ts';
import { applyCommand, type Commanded, mirrorCells, type Written } from './command.ts';
import type { Held } from './depend.ts';
import { sumsOfChange } from './digest.ts';
import { foldPart, isFolding, overFold } from './fold.ts';
import { hashTransaction } from './hash.ts';
import type {
	AclChange,
	Answer,
	Change,
	CommandRequest,
	Decision,
	Denied,
	DeviceState,
	Due,
	Found,
	Invitation,
	MemberState,
	PushRequest,
	Refused,
	Request,
	Rules,
	SeatRequest,
	SpaceState,
	StoredCell,
	Tidied,
	TidyRequest,
} from './state.ts';
import { routesOf } from './routes.ts';
import { isSystem } from './system.ts';

export interface Decided {
	/** One answer for each request, in order. Valid only once the change is durable. */
	readonly answers: readonly Answer[];
	/** `null` when nothing has to be written. */
	readonly change: Change | null;
}

/**
 * Decides a group of requests of one space, in their order (sync.md §6.6). Pure: reads nothing but its arguments.
 *
 * @param now the server's time, ms since 1970
 */
export function decide(found: Found, requests: readonly Request[], now: number, rules: Rules): Decided {
	if (!found.space) {
		return {
			answers: requests.map(() => denied('unknown-space', 'There is no such space, or you are not a member of it.')),
			change: null,
		};
	}
	const group = new Group(found, found.space, now, rules);
	const answers = requests.map((request) => group.answer(request));
	return { answers: answers.map((answer) => answer()), change: group.change() };
}

/** The state that a group of requests is building up. */
class Group {
	readonly #found: Found;
	readonly #before: SpaceState;
	/** As commands have left it; without seq and actors. */
	#space: SpaceState;
	readonly #members = new Map<string, MemberState>();
	readonly #invitations = new Map<string, Invitation | null>();
	readonly #now: number;
	readonly #rules: Rules;
	readonly #devices = new Map<DeviceId, DeviceState>();
	readonly #cells = new Map<string, StoredCell>();
	readonly #purged = new Map<string, RecordName>();
	readonly #forgotten: RecordName[] = [];
	/** By `placeKey`. */
	readonly #erased = new Map<string, Place>();
	#seq: number;
	#nextActor: number;

	constructor(found: Found, space: SpaceState, now: number, rules: Rules) {
		this.#found = found;
		this.#before = this.#space = space;
		this.#now = now;
		this.#rules = rules;
		this.#seq = space.seq;
		this.#nextActor = space.nextActor;
	}

	/** Applies one request. The answer is made when the whole group is applied: it speaks of the state after it. */
	answer(request: Request): () => Answer {
		if (request.kind === 'command') return this.#command(request);
		if (request.kind === 'mirror') return this.#mirror();
		if (request.kind === 'tidy') return this.#tidy(request);
		const access = accessOf(request.person, this.#member(request.person));
		if (access === undefined) return () => denied('unknown-space', 'There is no such space, or you are not a member of it.');
		if (!access) return () => ({ type: 'revoked', space: request.space });
		const device = this.#device(request);
		if (!device) return () => denied('foreign-device', 'This device belongs to somebody else. Take a new device id.');
		return request.kind === 'push' ? this.#push(request, device, access) : this.#seat(request);
	}

	change(): Change | null {
		const acl = this.#acl();
		if (this.#devices.size === 0 && this.#cells.size === 0 && acl === null && this.#space === this.#before) return null;
		const gone = (cell: StoredCell) => this.#purged.has(recordKey(cell)) && !isTombstone(cell);
		const cells = [...this.#cells.values()].filter((cell) => !gone(cell)).sort((a, b) => a.seq - b.seq);
		const { id, seq: from } = this.#before;
		return {
			space: { ...this.#space, seq: this.#seq, nextActor: this.#nextActor },
			from,
			devices: this.#devices,
			cells,
			replaced: cells.flatMap((cell) => this.#found.cells.get(placeKey(cell)) ?? []),
			sums: sumsOfChange(cells, this.#dropped(), (place) => this.#found.cells.get(placeKey(place))),
			routes: routesOf(cells, this.#rules),
			purged: [...this.#purged.values()],
			forgotten: this.#forgotten,
			erased: [...this.#erased.values()],
			acl,
			frames: cells.length > 0 ? packDeltas(id, from, this.#seq, false, cells).map(encodeFrame) : [],
		};
	}

	/** What is answered is of the end of the group, the right like the seq: somebody's right may end in the same group, behind this. */
	#seat({ space, device, person }: SeatRequest): () => Answer {
		this.#mirror();
		return () => {
			const access = accessOf(person, this.#member(person));
			if (!access) return { type: 'revoked', space };
			const { actor, n } = this.#devices.get(device) ?? this.#found.devices.get(device)!;
			const { epoch, aclEpoch, horizon, beginnings } = this.#space;
			const facts = { epoch, seq: this.#seq, actor, nextN: n + 1, role: access.role };
			return { type: 'subbed', space, ...facts, access, aclEpoch, horizon, beginnings };
		};
	}

	/** Brings the records of a person's spaces up to date with what the tables say. */
	#mirror(): () => Answer {
		this.#writeOwn(this.#found.memberships.flatMap(mirrorCells));
		return () => ({ type: 'mirrored' });
	}

	/** Takes away what is due: records leave a tombstone, parts of counters the total that went into the sum, all under one seq; old leftovers leave nothing. */
	#tidy({ purge, forget, fold }: TidyRequest): () => Tidied {
		const stillDue = (due: Due) => this.#stored(due)?.seq === due.seq;
		const purged: Due[] = [];
		const seq = this.#seq + 1;
		for (const due of purge) {
			if (isSystem(due.collection) || !stillDue(due) || this.#isGone(due)) continue;
			purged.push(due);
			const place = tombstoneOf(due);
			const stamp = nextStamp(this.#held(place)?.stamp ?? 0, this.#now);
			this.#cells.set(placeKey(place), { ...place, value: true, stamp, actor: SERVER, seq });
			this.#purged.set(recordKey(due), due);
			this.#seq = seq;
		}
		let folded = 0;
		for (const due of fold) {
			const written = stillDue(due) && !this.#isGone(due) ? foldPart(due, this.#held) : null;
			if (!written) continue;
			folded++;
			this.#seq = seq;
			for (const { value, ...place } of written) {
				const stamp = nextStamp(this.#held(place)?.stamp ?? 0, this.#now);
				this.#cells.set(placeKey(place), { ...placeOf(place), value, stamp, actor: SERVER, seq });
			}
		}
		const tombstones = forget.filter((due) => stillDue(due) && this.#isGone(due));
		this.#forgotten.push(...tombstones);
		const erased = forget.filter((due) => stillDue(due) && !tombstones.includes(due) && isLeftover(this.#stored(due)!));
		for (const due of erased) this.#erased.set(placeKey(due), placeOf(due));
		const forgotten = [...tombstones, ...erased];
		if (forgotten.length > 0) {
			const horizon = forgotten.reduce((highest, { seq }) => Math.max(highest, seq), this.#space.horizon);
			this.#space = { ...this.#space, horizon };
		}
		return () => ({ type: 'tidied', purged: purged.length, forgotten: forgotten.length, folded });
	}

	/** What purging takes away beside what it writes over. */
	#dropped(): StoredCell[] {
		return [...this.#purged.values()].flatMap((name) =>
			(this.#found.moved.get(name.record) ?? []).filter(
				(cell) => cell.collection === name.collection && placeKey(cell) !== placeKey(tombstoneOf(name)),
			),
		);
	}

	#isGone(name: RecordName): boolean {
		const held = this.#held(tombstoneOf(name));
		return held !== undefined && isTombstone(held);
	}

	#command(request: CommandRequest): () => Commanded {
		const effect = applyCommand(
			request,
			{
				space: this.#space,
				member: (person) => this.#member(person),
				invitation: (id) => {
					const changed = this.#invitations.get(id);
					return changed === undefined ? this.#found.invitations.get(id) : (changed ?? undefined);
				},
			},
			this.#now,
		);
		if ('code' in effect) return () => effect;
		this.#space = effect.space;
		for (const [person, member] of effect.members) this.#members.set(person, member);
		for (const invitation of effect.invitations) this.#invitations.set(invitation.id, invitation);
		for (const id of effect.ended) this.#invitations.set(id, null);
		this.#writeOwn(effect.cells);
		const affected = effect.members.map(([person]) => person);
		return () => ({ type: 'done', space: { ...this.#space, seq: this.#seq }, affected });
	}

	#acl(): AclChange | null {
		if (this.#members.size === 0 && this.#invitations.size === 0) return null;
		return {
			members: this.#members,
			invitations: [...this.#invitations.values()].filter((invitation) => invitation !== null),
			ended: [...this.#invitations].flatMap(([id, invitation]) => (invitation ? [] : [id])),
		};
	}

	#member(person: string): MemberState | undefined {
		return this.#members.get(person) ?? this.#found.members.get(person);
	}

	/** Writes, under one seq, those of the server's own registers that say something else by now. */
	#writeOwn(cells: readonly Written[]): void {
		const seq = this.#seq + 1;
		for (const written of cells) {
			const key = placeKey(written);
			const held = this.#cells.get(key) ?? this.#found.cells.get(key);
			if ((held?.value ?? null) === written.value) continue;
			this.#cells.set(key, { ...written, stamp: nextStamp(held?.stamp ?? 0, this.#now), actor: SERVER, seq });
			this.#seq = seq;
		}
	}

	#push(request: PushRequest, device: DeviceState, access: Access): () => Answer {
		if (request.knew !== undefined && request.knew < this.#space.horizon)
			return () => denied('restart', 'Things were forgotten since you came. Come back to hear of them first.');
		const first = request.transactions[0]?.n ?? device.n + 1;
		if (first > device.n + 1) {
			return () => denied('gap', `Transaction ${device.n + 1} is expected, ${first} came.`);
		}
		const oldest = device.n - device.decisions.length + 1;
		const again = request.transactions.filter(({ n }) => n <= device.n);
		if (again.some((transaction) => device.decisions[transaction.n - oldest]?.hash !== hashTransaction(transaction))) {
			return () => denied('fork', 'This device id is used by two copies of a profile. Take a new device id and send again.');
		}
		const decisions = [...device.decisions];
		let { n, stamp } = device;
		for (const transaction of request.transactions.slice(again.length)) {
			const decision = this.#decide(transaction, device, stamp, access, request.schema);
			decisions.push(decision);
			n = transaction.n;
			if (!decision.refused) stamp = decision.restamped ?? transaction.stamp;
		}
		this.#devices.set(request.device, {
			...device,
			n,
			stamp,
			decisions: remembered(decisions, n - Math.min(request.known, first - 1)),
		});
		const last = decisions.slice(first - oldest);
		return () => this.#ack(request, n, first, last);
	}

	#ack({ space }: PushRequest, n: number, first: number, decisions: readonly Decision[]): Ack {
		const numbered = decisions.map((decision, i) => ({ n: first + i, ...decision }));
		return {
			type: 'ack',
			space,
			n,
			seq: this.#seq,
			restamped: numbered.flatMap(({ n, restamped }) => (restamped === undefined ? [] : [{ n, stamp: restamped }])),
			refused: numbered.flatMap(({ n, refused }) => (refused ? [{ n, ...refused }] : [])),
		};
	}

	/** Decides one new transaction. An accepted one that changes something takes the next seq. */
	#decide(
		transaction: Transaction,
		device: DeviceState,
		lastStamp: number,
		access: Access,
		schema: PushRequest['schema'],
	): Decision {
		const hash = hashTransaction(transaction);
		const refused = this.#refusal(transaction, device, access, schema);
		if (refused) return { hash, refused };
		const late = transaction.ops.filter((op) => this.#isGone(op));
		if (!late.every(isForPurging)) return { hash, refused: GONE };
		const ops = late.length > 0 ? transaction.ops.filter((op) => !late.includes(op)) : transaction.ops;
		const tried = attempt({ ...transaction, ops }, device.actor, this.#held);
		if ('code' in tried) return { hash, refused: tried };
		const { stamp } = transaction;
		const least = Math.max(lastStamp, tried.floor);
		const possible = stamp > least && stamp <= stampAt(this.#now + MAX_DRIFT_MS);
		const accepted = possible ? stamp : nextStamp(Math.max(least, ...this.#beaten(tried.ops, stamp)), this.#now);
		const won = this.#winners(tried.ops, accepted, device.actor);
		const after: Held = (place) => won.get(placeKey(place)) ?? this.#held(place);
		if (closesCircle(won.values(), after)) return { hash, refused: CIRCLE };
		if (won.size > 0) this.#seq++;
		for (const [key, cell] of won) this.#cells.set(key, cell);
		return possible ? { hash } : { hash, restamped: accepted };
	}

	/** The stamps of what stands where a transaction writes and is earlier than it: its author may have seen that, however wrong a clock is, so it stays earlier. */
	#beaten(ops: readonly Op[], stamp: number): number[] {
		return ops.flatMap((op) => {
			const held = this.#held(op);
			return held && held.stamp < stamp ? [held.stamp] : [];
		});
	}

	#refusal(
		transaction: Transaction,
		{ actor, person }: DeviceState,
		access: Access,
		schema: PushRequest['schema'],
	): Refused | null {
		if (this.#space.archivedAt !== null)
			return { code: 'archived', detail: 'This space is archived: nobody writes in it any more.' };
		const forbidden = this.#rules.authorise(access, transaction, { person, held: this.#held });
		if (forbidden) return forbidden;
		for (const op of transaction.ops) {
			if (isSystem(op.collection)) return { code: 'invalid', detail: 'This is for the server to write.' };
			const rule = this.#rules.validate(op);
			if (rule !== null) return { code: 'invalid', detail: rule };
			const version = schema?.get(op.collection) ?? Infinity; // who does not know it passes on what a newer build wrote
			if (version < (this.#rules.minVersion?.(op.collection) ?? 1)) return OUTDATED;
		}
		return transaction.preconditions?.some((precondition) => this.#movedOn(precondition, actor)) ? STALE : null;
	}

	#movedOn({ record, seq, own }: Precondition, actor: number): boolean {
		const counts = (cell: StoredCell) => cell.seq > seq && (own || cell.actor !== actor) && !isFolding(cell);
		const before = this.#found.moved.get(record) ?? [];
		if (before.some((cell) => counts(cell) && !this.#cells.has(placeKey(cell)))) return true;
		for (const cell of this.#cells.values()) if (cell.record === record && counts(cell)) return true;
		return false;
	}

	readonly #held: Held = (place) => this.#stored(place);

	#stored(place: Place): StoredCell | undefined {
		const key = placeKey(place);
		return this.#cells.get(key) ?? (this.#erased.has(key) ? undefined : this.#found.cells.get(key));
	}

	/** The cells of a transaction that win over what is held, by place. */
	#winners(ops: readonly Op[], stamp: number, actor: number): Map<string, StoredCell> {
		const won = new Map<string, StoredCell>();
		const now: Held = (place) => won.get(placeKey(place)) ?? this.#held(place);
		for (const op of ops)
			for (const written of overFold(op, now)) {
				const cell: StoredCell = { ...cellOf(written, stamp, actor), seq: this.#seq + 1 };
				if (mergeCell(now(written), cell) === cell) won.set(placeKey(written), cell);
			}
		return won;
	}

	/** The state of the asking device, made when it is new; `null` when somebody else owns it. */
	#device({ device, person, by }: SeatRequest | PushRequest): DeviceState | null {
		const known = this.#devices.get(device) ?? this.#found.devices.get(device);
		if (known) return known.person === person && known.by?.person === by?.person ? known : null;
		const made: DeviceState = { actor: this.#nextActor++, person, by: by ?? null, n: 0, stamp: 0, decisions: [] };
		this.#devices.set(device, made);
		return made;
	}
}

/** A place and nothing else. */
function placeOf({ collection, record, field, key }: Place): Place {
	return { collection, record, field, key };
}

/** Whether an op asks for nothing but what is so already of a record that is gone: that it is purged, and that its names are free. */
function isForPurging({ field, value }: Op): boolean {
	return (field === systemFields.purged.number && value === true) || (lawOf(field) === command && value === null);
}

const GONE: Refused = {
	code: 'gone',
	detail: 'This was removed for good meanwhile. Send what you wrote again to keep it as something new, or drop it.',
};
const CIRCLE: Refused = { code: 'circle', detail: 'This would stand under itself. Somebody moved it meanwhile.' };
const OUTDATED: Refused = {
	code: 'outdated',
	detail: 'This app is too old to change this. Reload or update it; what you wrote is kept and sent then.',
};

/** The last decisions, as many as the device may ask for again. */
function remembered(decisions: readonly Decision[], unknown: number): readonly Decision[] {
	return decisions.slice(-Math.min(unknown, limits.pushTransactions) || decisions.length);
}

function denied(code: ByeCode, detail: string): Denied {
	return { type: 'denied', code, detail };
}
