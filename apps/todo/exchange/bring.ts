import { type Draft, fold, namedRecordId, ordering, type RecordId } from '@mana/model';
import { closesCircle } from '@mana/model/tree';
import { ensureTag, nextHue } from '@mana/shared/tags';
import type { Mana, Writer } from '@mana/sync/client/api';
import type { Item } from '@mana/ui/import/format';
import type { Brought, Policy } from '@mana/ui/import/kind';
import { projects, type Task, tasks } from '../model.ts';
import type { FoundTask } from './found-task.ts';

export type ImportStep = readonly (Item<FoundTask> & { readonly known: RecordId | null })[];

/** Ops of one transaction and letters in it, with much to spare (`limits` of `@mana/sync`). */
const [OPS, LETTERS] = [1_500, 300_000];

/** How much of a step a task is: [0,1]. */
export function weigh({ title, notes, tags }: FoundTask): number {
	return Math.max((16 + tags.length * 3) / OPS, (title.length + notes.length + 500) / LETTERS);
}

/** Finds the task that one of a file is: of the same words, day and project, done or not alike. */
export function finder(mana: Mana): (found: FoundTask) => RecordId | null {
	const names = new Map(mana.query(projects).rows.map(({ id, name }) => [id, name]));
	const known = new Map(
		mana
			.query(tasks)
			.rows.map((task) => [
				keyOf(task.title, task.dueDay, task.project === null ? '' : (names.get(task.project) ?? ''), task.completedAt !== null),
				task.id,
			]),
	);
	return ({ title, dueDay, project, done }) => known.get(keyOf(title, dueDay, project, done)) ?? null;
}

function keyOf(title: string, day: string | null, project: string, done: boolean): string {
	return JSON.stringify([fold(title.trim()), day, fold(project), done]);
}

export interface BringParts {
	readonly mana: Mana;
	/** A new id. */
	newId(): RecordId;
	/** [0,1[ */
	random(): number;
	/** ms since 1970 */
	now(): number;
	/** Ids of what the file brought so far, by the keys that it has for them. */
	readonly brought: Map<string, RecordId>;
}

/** Writes one step of an import as one action that can be taken back. */
export async function bring(parts: BringParts, step: ImportStep, policy: Policy, label: string): Promise<Brought> {
	const { mana, newId, random, now, brought } = parts;
	const between = ordering(random);
	const [added, merged]: [RecordId[], RecordId[]] = [[], []];
	let skipped = 0;
	// What is a step of something further down must know its id already.
	const ids = step.map(({ item, known }) => {
		const id = known !== null && policy !== 'both' ? known : newId();
		if (item.key !== '') brought.set(item.key, id);
		return id;
	});
	const ends = new Map<string, string | null>();
	const written = mana.write(label, (tx) => {
		for (const [at, { item, known }] of step.entries()) {
			const id = ids[at]!;
			if (known !== null && policy === 'skip') {
				skipped++;
				continue;
			}
			const before = known === null || policy === 'both' ? undefined : tx.get(tasks, id);
			if (before) {
				merge(tx, mana, before, item);
				merged.push(id);
				continue;
			}
			const said = item.parent === '' ? null : (brought.get(item.parent) ?? null);
			const parent = closesCircle(id, said, (one) => tx.get(tasks, one)?.parent ?? null) ? null : said;
			const owner = parent === null ? undefined : tx.get(tasks, parent);
			const project = owner ? owner.project : item.project === '' ? null : projectNamed(tx, mana, item.project, between);
			const place = String(parent ?? project);
			const last = ends.has(place) ? ends.get(place)! : lastOf(mana, project, parent);
			const position = between(last, null);
			ends.set(place, position);
			tx.create(tasks, { ...draftOf(item, tx, mana, now()), project, parent, position }, id);
			added.push(id);
		}
	});
	return { written, added, merged, skipped };
}

function draftOf(found: FoundTask, tx: Writer, mana: Mana, now: number): Draft<typeof tasks> {
	const { title, notes, done, completedAt, dueDay, dueTime, startDay, priority, tags, repeat } = found;
	return {
		title,
		notes,
		dueDay,
		dueTime,
		startDay,
		priority,
		completedAt: done ? (completedAt ?? now) : null,
		tags: tags.map((name) => ensureTag(mana, tx, name)),
		...(repeat !== '' && !done && dueDay !== null && repeat.length <= 500 && { repeat, occurrence: dueDay }),
	};
}

/** Fills in what is empty, and adds tags; nothing that is there is overwritten. */
function merge(tx: Writer, mana: Mana, before: Task, found: FoundTask): void {
	tx.update(tasks, before.id, {
		...(before.notes === '' && { notes: found.notes }),
		...(before.dueTime === null && before.dueDay === found.dueDay && { dueTime: found.dueTime }),
		...(before.startDay === null && { startDay: found.startDay }),
		...(before.priority === 'none' && { priority: found.priority }),
		tags: { add: found.tags.map((name) => ensureTag(mana, tx, name)) },
	});
}

/** The project of a name; one that is new has one id for its name, so that a step after another finds it. */
function projectNamed(tx: Writer, mana: Mana, name: string, between: ReturnType<typeof ordering>): RecordId {
	const rows = mana.query(projects).rows;
	const known = rows.find((project) => fold(project.name) === fold(name));
	if (known) return known.id;
	const id = namedRecordId(`todo/projects/import/${fold(name)}`);
	const there = tx.get(projects, id);
	if (!there) {
		const last = rows.map(({ position }) => position).filter((one) => one !== null).toSorted().at(-1); // prettier-ignore
		return tx.create(projects, { name, hue: nextHue(rows.length), position: between(last ?? null, null) }, id);
	}
	if (there.deletedAt !== null) tx.restore(projects, id);
	return id;
}

function lastOf(mana: Mana, project: RecordId | null, parent: RecordId | null): string | null {
	const siblings = mana.query(tasks, {
		where: (task) => task.deletedAt === null && task.parent === parent && (parent !== null || task.project === project),
	}).rows;
	return siblings.map(({ position }) => position).filter((one) => one !== null).toSorted().at(-1) ?? null; // prettier-ignore
}
