import { describe, expect, test } from 'bun:test';
import { newRecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { type Found, isTrouble } from '@mana/ui/import/format';
import type { Policy } from '@mana/ui/import/kind';
import { look } from '@mana/ui/import/reader';
import fc from 'fast-check';
import { projects, tasks } from '../model.ts';
import { bring, finder } from './bring.ts';
import { bareTask, fitting, type FoundTask } from './found-task.ts';
import { exportFormats, importFormats } from './formats/index.ts';

async function read(
	name: string,
	content: string,
): Promise<{ format: string | null; items: FoundTask[]; troubles: Found<FoundTask>[] }> {
	const file = new File([content], name);
	const { format: id } = await look(file, importFormats);
	const format = importFormats.find((one) => one.id === id);
	const found: Found<FoundTask>[] = [];
	async function* pieces() {
		const bytes = new Uint8Array(await file.arrayBuffer());
		// In two parts, cut wherever.
		yield bytes.subarray(0, bytes.length / 2);
		yield bytes.subarray(bytes.length / 2);
	}
	if (format) for await (const one of format.read(pieces(), [])) found.push(one);
	return { format: id, items: found.flatMap((one) => (isTrouble(one) ? [] : [one.item])), troubles: found.filter(isTrouble) };
}

async function written(id: string, items: readonly FoundTask[]): Promise<string> {
	async function* all() {
		yield* items;
	}
	let text = '';
	for await (const part of exportFormats.find((one) => one.id === id)!.write(all())) text += part;
	return text;
}

const TODOIST = `TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE
section,Routines,,,,,,,,
task,Water the plants @home,The big ones first,1,1,Ana (1),,every monday,en,Europe/Berlin
task,Fill the can,,4,2,Ana (1),,,en,
note,"Rain water, if there is",,,,Ana (1),,,,
task,Find the can,,4,3,Ana (1),,,en,
task,Pay rent,,2,1,Ana (1),,2026-12-01,en,
`;
const TICKTICK = `"Date: 2026-11-26+0000"
"Version: 7.1"
"Status: 
0 Normal
1 Completed
2 Archived"
"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date","Reminder","Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day","Is Floating","Column Name","Column Order","View Mode","taskId","parentId"
"","Garden","Dig the beds","TEXT","spring, mud","with Ben","N","","2026-12-05T00:00:00+0000","","FREQ=WEEKLY;INTERVAL=2","5","0","2026-11-01T10:00:00+0000","","0","UTC","true","false","","","list","1",""
"","Garden","Buy seeds","TEXT","","","N","","","","","0","2","2026-11-01T10:00:00+0000","2026-11-20T08:30:00+0000","1","UTC","","false","","","list","2","1"
"","Inbox","","TEXT","","","N","","","","","0","0","","","2","UTC","","false","","","list","3",""
`;
const VIKUNJA = JSON.stringify([
	{ id: 1, title: 'Inbox', hex_color: '', tasks: [{ id: 7, title: 'Read', description: '<p>Two &amp; three</p><ul><li>a</li></ul>', done: false, due_date: '0001-01-01T00:00:00Z', priority: 5, labels: null, repeat_after: 0 }] },
	{ id: 2, title: 'Home', tasks: [
		{ id: 8, title: 'Paint', done: true, done_at: '2026-11-20T08:00:00Z', due_date: '2026-11-19T00:00:00', labels: [{ title: 'Walls' }], repeat_after: 604800 },
		{ id: 9, title: 'Buy paint', done: false, related_tasks: { parenttask: [{ id: 8, title: 'Paint' }] } },
	] },
]); // prettier-ignore
const GOOGLE = JSON.stringify({
	kind: 'tasks#taskLists',
	items: [
		{ title: 'My Tasks', items: [{ id: 'a', title: 'Call Ana', notes: 'soon', status: 'needsAction', due: '2026-12-01T00:00:00Z' }] },
		{ title: 'Trip', items: [{ id: 'b', title: 'Pack', status: 'completed', completed: '2026-11-20T08:00:00Z' }, { id: 'c', parent: 'b', title: 'Socks' }] },
	],
}); // prettier-ignore
const APPLE = `BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Apple Inc.//Reminders//EN\r
BEGIN:VTODO\r
UID:8C1\r
SUMMARY:Milk\\, bread\r
DUE;VALUE=DATE:20261201\r
PRIORITY:1\r
CATEGORIES:Shop\r
END:VTODO\r
END:VCALENDAR\r
`;

describe('a file is known by what is in it, and read', () => {
	test('Todoist, with steps by their indent, notes and dates in words', async () => {
		const { format, items } = await read('Home.csv', TODOIST);
		expect(format).toBe('todoist');
		const [plants, can, lost, rent] = items;
		expect(items.map(({ title }) => title)).toEqual(['Water the plants', 'Fill the can', 'Find the can', 'Pay rent']);
		expect(lost!.parent).toBe(can!.key);
		expect(plants).toMatchObject({
			notes: 'The big ones first',
			priority: 'urgent',
			tags: ['home'],
			repeat: 'FREQ=WEEKLY;BYDAY=MO',
		});
		expect(plants!.dueDay).toMatch(/^\d{4}-\d\d-\d\d$/);
		expect(can).toMatchObject({ parent: plants!.key, notes: 'Rain water, if there is', priority: 'none' });
		expect(rent).toMatchObject({ parent: '', dueDay: '2026-12-01', priority: 'high', repeat: '' });
	});

	test('TickTick, behind its preamble, and what has no title is told with its line', async () => {
		const { format, items, troubles } = await read('TickTick-backup.csv', TICKTICK);
		expect(format).toBe('ticktick');
		expect(items).toMatchObject([
			{ title: 'Dig the beds', project: 'Garden', tags: ['spring', 'mud'], priority: 'high', dueTime: null, repeat: 'FREQ=WEEKLY;INTERVAL=2', done: false },
			{ title: 'Buy seeds', parent: '1', done: true, completedAt: Date.parse('2026-11-20T08:30:00Z'), dueDay: null },
		]); // prettier-ignore
		expect(troubles).toMatchObject([{ reason: 'empty', line: 10 }]);
	});

	test('Vikunja, with its day of the year one for none and its HTML in words', async () => {
		const { format, items } = await read('data.json', VIKUNJA);
		expect(format).toBe('vikunja');
		expect(items).toMatchObject([
			{ title: 'Read', notes: 'Two & three\n- a', project: '', dueDay: null, priority: 'urgent' },
			{ title: 'Paint', project: 'Home', done: true, dueDay: '2026-11-19', dueTime: null, tags: ['Walls'], repeat: 'FREQ=DAILY;INTERVAL=7' },
			{ title: 'Buy paint', parent: '8' },
		]); // prettier-ignore
	});

	test('Google Tasks from Takeout', async () => {
		const { format, items } = await read('Tasks.json', GOOGLE);
		expect(format).toBe('google-tasks');
		expect(items).toMatchObject([
			{ title: 'Call Ana', notes: 'soon', dueDay: '2026-12-01', project: '' },
			{ title: 'Pack', project: 'Trip', done: true },
			{ title: 'Socks', parent: 'b' },
		]);
	});

	test('reminders of Apple, and what is no calendar beside them is told', async () => {
		const { format, items, troubles } = await read(
			'Reminders.ics',
			`${APPLE}BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VCALENDAR\r\n`,
		);
		expect(format).toBe('calendar');
		expect(items).toMatchObject([{ key: '8C1', title: 'Milk, bread', dueDay: '2026-12-01', priority: 'urgent', tags: ['Shop'] }]);
		expect(troubles.length).toBeLessThanOrEqual(1);
	});

	test('Todo.txt, with the keys that its programs share', async () => {
		const { format, items } = await read(
			'todo.txt',
			'(A) 2026-11-01 Call mum +Family @phone due:2026-12-01 t:2026-11-28 rec:2w\nx 2026-11-20 2026-11-01 Post it pri:C see http://x.org:80/\n\n(B)no head\n',
		);
		expect(format).toBe('todo-txt');
		expect(items).toMatchObject([
			{ title: 'Call mum', priority: 'urgent', project: 'Family', tags: ['phone'], dueDay: '2026-12-01', startDay: '2026-11-28', repeat: 'FREQ=WEEKLY;INTERVAL=2' },
			{ title: 'Post it see http://x.org:80/', done: true, completedAt: Date.UTC(2026, 10, 20), priority: 'medium' },
			{ title: '(B)no head', priority: 'none' },
		]); // prettier-ignore
	});

	test.each([
		['x.png', '\u0089PNG\r\n\u001a\n'],
		['x.csv', 'First Name,Phone\nAna,1\n'],
		['x.json', '{"a":1}'],
	])('%s is none of them', async (name, content) => {
		expect((await read(name, content)).format).toBeNull();
	});
});

test('what Todo.txt can hold comes back from it', async () => {
	const word = fc.stringMatching(/^[a-zäö]{2,8}$/);
	const task = fc
		.record({
			title: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')).filter((text) => !text.startsWith('x ')), // prettier-ignore
			done: fc.boolean(),
			dueDay: fc.constantFrom(null, '2026-12-01'),
			startDay: fc.constantFrom(null, '2026-11-30'),
			priority: fc.constantFrom('none' as const, 'low' as const, 'high' as const, 'urgent' as const),
			tags: fc.uniqueArray(word, { maxLength: 3 }),
			project: fc.constantFrom('', 'Big garden'),
		})
		.map((one): FoundTask => fitting({ ...bareTask, ...one, completedAt: one.done ? Date.UTC(2026, 10, 20) : null })!);
	await fc.assert(
		fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 5 }), async (all) => {
			expect((await read('todo.txt', await written('todo-txt', all))).items).toEqual(all);
		}),
	);
});

test('Markdown has a heading a project and steps under their tasks, CSV and JSON have every field', async () => {
	const { items } = await read('data.json', VIKUNJA);
	expect(await written('markdown', items)).toBe(
		'- [ ] Read !urgent\n  Two & three\n  - a\n\n## Home\n\n- [x] Paint 📅 2026-11-19 #Walls\n  - [ ] Buy paint\n',
	);
	const [head, first] = (await written('csv', items)).split('\r\n');
	expect(head).toStartWith('title,notes,project,done');
	expect(first).toStartWith('Read,"Two & three');
	expect(JSON.parse(await written('json', items))).toHaveLength(3);
	expect(await written('json', [])).toBe('[]\n');
});

describe('bringing', () => {
	function open() {
		const mana = openMemoryMana();
		const brought = new Map();
		let ids = 0;
		const parts = {
			mana,
			brought,
			newId: () => newRecordId(Date.UTC(2026, 10, 26), (bytes) => new Uint8Array(bytes.length).fill(++ids)),
			random: Math.random,
			now: () => 1_000,
		};
		const take = async (items: readonly FoundTask[], policy: Policy = 'skip') => {
			const find = finder(mana);
			return bring(parts, items.map((item, at) => ({ line: at + 1, item, known: find(item) })), policy, 'import'); // prettier-ignore
		};
		const titles = () => mana.query(tasks).rows.map(({ title }) => title).toSorted(); // prettier-ignore
		return { mana, take, titles };
	}

	test('makes tasks with their projects, tags and steps, in one step that can be taken back', async () => {
		const { mana, take, titles } = open();
		const { written: step, added } = await take((await read('data.json', VIKUNJA)).items);
		expect(added).toHaveLength(3);
		expect(titles()).toEqual(['Buy paint', 'Paint', 'Read']);
		const [paint] = mana.query(tasks, { where: ({ title }) => title === 'Paint' }).rows;
		const [buy] = mana.query(tasks, { where: ({ title }) => title === 'Buy paint' }).rows;
		expect(buy).toMatchObject({ parent: paint!.id, project: paint!.project });
		expect(mana.query(projects).rows.map(({ name }) => name)).toEqual(['Home']);
		expect(mana.query(tags).rows.map(({ name }) => name)).toEqual(['Walls']);
		step.undo();
		expect([titles(), mana.query(projects).rows]).toEqual([[], []]);
	});

	test('the same file again is skipped, merged without overwriting, or brought beside', async () => {
		const { mana, take, titles } = open();
		const { items } = await read('Home.csv', TODOIST);
		await take(items);
		expect(await take(items)).toMatchObject({ added: [], merged: [], skipped: 4 });
		const [rent] = mana.query(tasks, { where: ({ title }) => title === 'Pay rent' }).rows;
		mana.write('edit', (tx) => tx.update(tasks, rent!.id, { priority: 'low' }));
		expect(await take(items, 'merge')).toMatchObject({ added: [], skipped: 0 });
		expect(mana.get(tasks, rent!.id)!.priority).toBe('low');
		await take(items, 'both');
		expect(titles()).toHaveLength(8);
	});
});
