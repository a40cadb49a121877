import { expect, test } from 'bun:test';
import { collection, field, partOf, type RecordId, TRASH_MS, trashDaysLeft } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { webEnvironment } from '@mana/sync/client/environment';
import { emptyOldTrash, trashActions, trashKind } from './trash.ts';

const folders = collection('tests/folders', { app: 251, number: 21 }, { name: field.text(1, { fallback: '' }) });
const sheets = collection(
	'tests/sheets',
	{ app: 251, number: 22 },
	{ name: field.text(1, { fallback: '' }), folder: field.reference(2), sheet: partOf(field.reference(3)) },
);
const notes = collection('tests/notes', { app: 251, number: 23 }, { sheet: partOf(field.reference(1)) });

const MINUTE = 60_000;

function open() {
	const clock = { now: Date.UTC(2026, 10, 27, 10) };
	const mana = openMemoryMana({ ...webEnvironment(), now: () => clock.now });
	const kinds = [
		trashKind(sheets, () => 'Sheet', { title: ({ name }) => name || null, with: ({ folder }) => [folder] }),
		trashKind(folders, () => 'Folder', { title: ({ name }) => name }),
	];
	const actions = trashActions(mana, { kinds, collections: [sheets, notes] });
	const folder = (name: string) => {
		let id!: RecordId;
		mana.write('add', (tx) => void (id = tx.create(folders, { name })));
		return id;
	};
	const sheet = (name: string, under: { folder?: RecordId; sheet?: RecordId } = {}) => {
		let id!: RecordId;
		mana.write('add', (tx) => void (id = tx.create(sheets, { name, ...under })));
		return id;
	};
	const trash = (...ids: RecordId[]) =>
		mana.write('trash', (tx) => {
			for (const id of ids) tx.trash(mana.get(folders, id) ? folders : sheets, id);
		});
	const told = () => actions.all().map(({ title, along }) => `${title} ${along.length}`);
	const here = () => [...mana.query(folders).rows, ...mana.query(sheets).rows].map(({ name }) => name).toSorted();
	return { mana, clock, actions, folder, sheet, trash, told, here };
}

test('what was thrown away together is told once and comes back together; what lay there before stays', () => {
	const { clock, actions, folder, sheet, trash, told, here } = open();
	const home = folder('Home');
	const [early, late] = [sheet('early', { folder: home }), sheet('late', { folder: home })];
	const under = sheet('under', { sheet: late });
	trash(early);
	clock.now += 2 * MINUTE;
	trash(under, late, home);
	expect(told()).toEqual(['Home 2', 'early 0']);
	actions.restore('restore', actions.all()[0]!);
	expect(here()).toEqual(['Home', 'late', 'under']);
	expect(told()).toEqual(['early 0']);
});

test('a part that was thrown away before its whole is not told beside it, does not come back with it, and goes with it', () => {
	const { mana, clock, actions, sheet, trash, told, here } = open();
	const whole = sheet('whole');
	const part = sheet('part', { sheet: whole });
	trash(part);
	expect(told()).toEqual(['part 0']);
	clock.now += 2 * MINUTE;
	trash(whole);
	expect(told()).toEqual(['whole 0']);
	actions.restore('restore', actions.all()[0]!);
	expect(here()).toEqual(['whole']);
	clock.now += 2 * MINUTE;
	trash(whole);
	actions.purge('purge', actions.all());
	expect(mana.get(sheets, part)).toBeUndefined();
});

test('what is deleted for good takes its parts along, of whichever kind and however deep, and nothing else', () => {
	const { mana, actions, sheet, trash, told } = open();
	const [gone, other] = [sheet('gone'), sheet('other')];
	const part = sheet('', { sheet: gone });
	mana.write('note', (tx) => {
		for (const of of [gone, part, other]) tx.create(notes, { sheet: of });
	});
	trash(gone);
	actions.purge('purge', actions.all());
	expect(told()).toEqual([]);
	expect(mana.query(notes).rows.map((note) => note.sheet)).toEqual([other]);
	expect(mana.get(sheets, part)).toBeUndefined();
	mana.history.undo();
	expect(mana.get(sheets, gone)).toBeUndefined();
});

test('a device without a server empties what is older than thirty days, and only that', async () => {
	const { mana, clock, sheet, trash, here } = open();
	const [old, young] = [sheet('old'), sheet('young')];
	mana.write('note', (tx) => void tx.create(notes, { sheet: old }));
	sheet('kept');
	trash(old);
	clock.now += MINUTE;
	trash(young);
	await emptyOldTrash(mana, [folders, sheets, notes], clock.now - MINUTE + TRASH_MS);
	expect(mana.get(sheets, old)).toBeUndefined();
	expect(mana.query(notes, { where: () => true }).rows).toEqual([]);
	expect(mana.get(sheets, young)?.deletedAt).toBe(clock.now);
	expect(here()).toEqual(['kept']);
});

test('the days that are left are counted down to none', () => {
	const day = TRASH_MS / 30;
	expect([0, 1, day, 29.5 * day, 40 * day].map((passed) => trashDaysLeft(5, 5 + passed))).toEqual([30, 30, 29, 1, 0]);
});
