import { command, lawOf, requestAgain, systemFields, type Value } from '@mana/model';
import { fits, type Op, type Place } from '@mana/sync';
import { manifestOf } from '@mana/sync/client/blobs/transfer';
import { type Comparison, contentOf, keyOf, type Named } from './compare.ts';
import type { ArchiveReader } from './reader.ts';
import { fromPlain, isContent, opsOf, type Plain, toPlain } from './record.ts';
import type { SpaceDoor } from './space-door.ts';

/**
 * What is done with a record that is here already with other content:
 * - `keep`: it stays as it is.
 * - `fill`: what it holds stays, what it lacks comes from the archive.
 * - `archive`: it becomes what it is in the archive.
 */
export const bringPolicies = ['keep', 'fill', 'archive'] as const;
export type BringPolicy = (typeof bringPolicies)[number];

/** A register before and after it was changed. */
interface Changed extends Place {
	readonly before: Plain | null;
	readonly after: Plain | null;
}

/** What is needed to take an import back. It is plain JSON. */
export interface Journal {
	/** Records that were not here, with what stands for their content as they were brought. */
	readonly fresh: { readonly collection: number; readonly record: Place['record']; readonly content: string }[];
	readonly changed: Changed[];
}

/** Something of the archive that was not taken. */
export interface Refused {
	/** Name of the collection, or of the file. */
	readonly what: string;
	/** Id of the record, or hash of the file. */
	readonly id: string;
	/** A stable word. */
	readonly code: string;
	readonly detail: string;
}

export interface Brought {
	readonly fresh: number;
	readonly changed: number;
	/** Those that were here and stayed as they were. */
	readonly kept: number;
	readonly files: number;
	readonly refused: readonly Refused[];
}

/** How far it is: records, then files. */
export interface BringProgress {
	readonly stage: 'records' | 'files';
	readonly done: number;
	readonly all: number;
}

export interface BringParts {
	readonly archive: ArchiveReader;
	/** Where in the archive one's own space lies. */
	readonly folder: string;
	readonly door: SpaceDoor;
	readonly named: Named;
	/** What was looked at before. */
	readonly comparison: Comparison;
	readonly policy: BringPolicy;
	/** Told what is about to be written, before it is: so also what broke off can be taken back. What was not written after all does no harm. */
	readonly note: (part: Journal) => Promise<void>;
	readonly progress: (progress: BringProgress) => void;
	/** No more is begun. */
	readonly signal: AbortSignal;
}

/** Records that are sent together, and their ops. */
const [RECORDS, OPS] = [500, 4_000];

interface Step {
	readonly collection: string;
	readonly ops: readonly Op[];
	/** `null`: the record was not here. */
	readonly before: readonly Op[] | null;
}

/**
 * Brings the records of an archive into a person's own space, then the files that they name. Records keep their ids.
 *
 * @throws ArchiveUnreadable, DoorClosed: what was brought until then was noted
 */
export async function bring(parts: BringParts): Promise<Brought> {
	const { archive, folder, comparison, named, policy, signal } = parts;
	const before = policy === 'keep' ? new Map<string, readonly Op[]>() : await differing(parts);
	const all = [...comparison.records.values()].reduce((sum, { fresh, same, different }) => sum + fresh + same + different, 0);
	const refused: Refused[] = [];
	let [done, kept, fresh, changed, steps, size] = [0, 0, 0, 0, [] as Step[], 0];
	const flush = async () => {
		const not = await write(parts, steps);
		refused.push(...not.values());
		const taken = steps.filter((step) => !not.has(step));
		fresh += taken.filter(({ before }) => before === null).length;
		changed += taken.filter(({ before }) => before !== null).length;
		[steps, size] = [[], 0];
		parts.progress({ stage: 'records', done, all });
	};
	for await (const { value } of archive.records(folder)) {
		if (signal.aborted) break;
		const ops = opsOf(value, named);
		if (!ops?.[0] || !isContent(ops[0].collection)) continue;
		done++;
		const step = stepOf(ops, comparison, before, policy);
		if (!step) {
			kept++;
			continue;
		}
		steps.push({ ...step, collection: (value as { readonly collection: string }).collection });
		size += step.ops.length;
		if (steps.length >= RECORDS || size >= OPS) await flush();
	}
	await flush();
	const files = await sendFiles(parts, refused);
	return { fresh, changed, kept, files, refused };
}

/** What is to be written of a record, or `null` where nothing is. */
function stepOf(
	ops: readonly Op[],
	{ here, different }: Comparison,
	before: ReadonlyMap<string, readonly Op[]>,
	policy: BringPolicy,
): Omit<Step, 'collection'> | null {
	const key = keyOf(ops[0]!);
	if (!here.has(key)) return { ops, before: null };
	const known = different.has(key) ? before.get(key) : undefined;
	if (!known || policy === 'keep') return null;
	const has = new Map(known.map((op) => [registerOf(op), op]));
	const wanted = new Set(ops.map(registerOf));
	const added = ops.filter((op) => {
		const held = has.get(registerOf(op));
		return policy === 'fill' ? held === undefined : held === undefined || !sameValue(held.value, op.value);
	});
	const emptied =
		policy === 'archive' ? known.filter((op) => !wanted.has(registerOf(op))).map((op) => ({ ...op, value: null })) : [];
	return added.length + emptied.length === 0 ? null : { ops: [...added, ...emptied], before: known };
}

/** What the records hold that are here with other content. */
async function differing({ door, named, comparison: { different } }: BringParts): Promise<Map<string, readonly Op[]>> {
	const found = new Map<string, readonly Op[]>();
	if (different.size === 0) return found;
	for await (const line of door.records()) {
		const ops = opsOf(line, named);
		if (ops?.[0] && different.has(keyOf(ops[0]))) found.set(keyOf(ops[0]), ops);
	}
	return found;
}

/** Writes records. @returns those that were not taken, and why */
async function write({ door, note }: BringParts, steps: readonly Step[]): Promise<Map<Step, Refused>> {
	const refused = new Map<Step, Refused>();
	const parts = steps.flatMap((step) => cut(step.ops.map(asked)).map((ops) => ({ step, ops })));
	if (parts.length === 0) return refused;
	await note(wayBack(steps));
	const answers = await door.write(parts.map(({ ops }) => ops));
	for (const [i, answer] of answers.entries()) {
		const { step } = parts[i]!;
		const { collection, ops } = step;
		if (answer) refused.set(step, { what: collection, id: ops[0]!.record, code: answer.code, detail: answer.detail });
	}
	return refused;
}

/** What is needed to take steps back. */
function wayBack(steps: readonly Step[]): Journal {
	const fresh = steps.flatMap(({ ops, before }) => {
		const { collection, record } = ops[0]!;
		return before === null ? [{ collection, record, content: contentOf(ops) }] : [];
	});
	const changed = steps.flatMap(({ ops, before }) => {
		if (before === null) return [];
		const had = new Map(before.map((op) => [registerOf(op), op.value]));
		return ops.map(({ collection, record, field, key, value }) => ({
			collection,
			record,
			field,
			key,
			before: plainOf(had.get(registerOf({ field, key })) ?? null),
			after: plainOf(value),
		}));
	});
	return { fresh, changed };
}

/** What the server decided is asked for anew. */
function asked(op: Op): Op {
	return lawOf(op.field) === command ? { ...op, value: requestAgain(op.value) } : op;
}

/** A record is one transaction, unless it is larger than one can be. */
function cut(ops: readonly Op[]): (readonly Op[])[] {
	if (ops.length <= 1 || fits({ n: 1, stamp: 1, ops })) return [ops];
	const half = Math.ceil(ops.length / 2);
	return [...cut(ops.slice(0, half)), ...cut(ops.slice(half))];
}

async function sendFiles(
	{ archive, folder, door, comparison, progress, signal }: BringParts,
	refused: Refused[],
): Promise<number> {
	let [sent, done] = [0, 0];
	for await (const { path, hash, name } of archive.files(folder)) {
		if (path === null) continue;
		if (signal.aborted) break;
		progress({ stage: 'files', done: done++, all: comparison.files.count });
		if (await door.files.has(hash)) continue;
		const content = await archive.content(path);
		const manifest = await manifestOf(content);
		if (manifest.hash !== hash) {
			refused.push({ what: name, id: hash, code: 'damaged', detail: 'The file is not the one that its records name.' });
			continue;
		}
		try {
			await door.files.send(content, manifest, () => undefined);
			sent++;
		} catch (error) {
			if (!(error instanceof Error) || error.name !== 'Refused') throw error;
			refused.push({ what: name, id: hash, code: 'code' in error ? String(error.code) : 'refused', detail: error.message });
		}
	}
	return sent;
}

/**
 * Takes an import back: records that were not here go to the trash, registers that were changed become what they were. What somebody wrote
 * over since stays.
 *
 * @returns how many records were taken back, and how many stayed since they were changed meanwhile
 */
export async function takeBack(
	door: SpaceDoor,
	named: Named,
	{ fresh, changed }: Journal,
	now: number,
): Promise<{ readonly taken: number; readonly stayed: number }> {
	const contents = new Map(fresh.map((one) => [keyOf(one), one.content]));
	const byRecord = Map.groupBy(changed, keyOf);
	let [taken, stayed] = [0, 0];
	let batch: (readonly Op[])[] = [];
	const flush = async () => {
		const sent = batch;
		batch = [];
		if (sent.length > 0)
			for (const answer of await door.write(sent)) {
				if (answer) stayed++;
				else taken++;
			}
	};
	for await (const line of door.records()) {
		const ops = opsOf(line, named);
		const [first] = ops ?? [];
		if (!ops || !first) continue;
		const key = keyOf(first);
		const content = contents.get(key);
		const changes = byRecord.get(key);
		if (content === undefined && !changes) continue;
		if (content === undefined && stands(ops, changes ?? [])) continue;
		const back = content === undefined ? backTo(ops, changes ?? []) : content === contentOf(ops) ? [trash(first, now)] : [];
		if (back.length === 0) stayed++;
		else batch.push(back.map(asked));
		if (batch.length >= RECORDS) await flush();
	}
	await flush();
	return { taken, stayed };
}

/** Whether a record is as it was before: a change was noted, and not made. */
function stands(ops: readonly Op[], changes: readonly Changed[]): boolean {
	const has = new Map(ops.map((op) => [registerOf(op), op.value]));
	return changes.every(({ before, ...place }) => sameValue(has.get(registerOf(place)) ?? null, valueOf(before)));
}

function backTo(ops: readonly Op[], changes: readonly Changed[]): Op[] {
	const has = new Map(ops.map((op) => [registerOf(op), op.value]));
	return changes.flatMap(({ before, after, ...place }) => {
		const now = has.get(registerOf(place)) ?? null;
		return sameValue(now, valueOf(after)) ? [{ ...place, value: valueOf(before) }] : [];
	});
}

function trash({ collection, record }: Op, now: number): Op {
	return { collection, record, field: systemFields.deletedAt.number, key: '', value: now };
}

function registerOf({ field, key }: Pick<Place, 'field' | 'key'>): string {
	return `${field} ${key}`;
}

function sameValue(a: Value, b: Value): boolean {
	return JSON.stringify(plainOf(a)) === JSON.stringify(plainOf(b));
}

function plainOf(value: Value): Plain | null {
	return value === null ? null : toPlain(value);
}

function valueOf(plain: Plain | null): Value {
	return plain === null ? null : (fromPlain(plain) ?? null);
}
