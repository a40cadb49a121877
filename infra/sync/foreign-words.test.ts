import { describe, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { newRecordId, type RecordId, systemFields, type Value } from '@mana/model';
import { models } from '@mana/schema/registry/models';
import { commentsIn } from '@mana/shared/comments';
import { type Cell, COMMENT_AUTHOR, type Op, placeKey, type Role } from '@mana/sync';
import fc from 'fast-check';
import { rules } from './rules.ts';
import { newDevice, newRecord, RawClient, startSync } from './testing.ts';
import { insertSpace, openBeside } from './testing-spaces.ts';

const comments = models.find(({ name }) => name === 'todo/comments')!;
const { text, by } = commentsIn('todo', comments.number >> 8).fields;
const { deletedAt, purged } = systemFields;

const op = (record: RecordId, field: number, value: Value): Op => ({
	collection: comments.number,
	record,
	field,
	key: '',
	value,
});

test('the server knows where a comment names its author', () => {
	expect(by.number).toBe(COMMENT_AUTHOR);
});

describe('whatever people send', () => {
	const roles = { ana: 'owner', amy: 'admin', ben: 'editor', cem: 'commenter', vic: 'viewer' } as const satisfies Record<
		string,
		Role
	>;
	const people = Object.keys(roles) as (keyof typeof roles)[];
	const records = [1, 2, 3].map((n) => newRecordId(n, (bytes) => bytes.fill(n)));
	const write = fc.oneof(
		fc.record({ field: fc.constant(by.number), value: fc.constantFrom<Value>(...people, '', null) }),
		fc.record({ field: fc.constant(text.number), value: fc.string({ maxLength: 3 }) }),
		fc.record({ field: fc.constantFrom(deletedAt.number), value: fc.constantFrom<Value>(1, null) }),
		fc.record({ field: fc.constant(purged.number), value: fc.constant<Value>(true) }),
	);
	const step = fc.record({
		person: fc.constantFrom(...people),
		ops: fc.array(fc.record({ at: fc.nat(2), write }), { minLength: 1, maxLength: 3 }),
	});

	test('a comment keeps its author, its words are theirs alone, and others take it away only where they manage', () => {
		let removals = 0;
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
				const cells = new Map<string, Cell & { readonly writer: string }>();
				const held = (place: Parameters<typeof placeKey>[0]) => cells.get(placeKey(place));
				for (const { person, ops: drawn } of steps) {
					const ops = drawn.map(({ at, write: { field, value } }) => op(records[at]!, field, value));
					const authors = records.map((record) => held(op(record, by.number, null))?.value ?? null);
					const refused = rules.authorise({ role: roles[person], apps: null }, { n: 1, stamp: 1, ops }, { person, held });
					if (refused) continue;
					for (const one of ops) cells.set(placeKey(one), { ...one, stamp: 1, actor: 1, writer: person });
					for (const [i, record] of records.entries()) {
						const author = held(op(record, by.number, null))?.value ?? null;
						if (authors[i] !== null) expect(author).toBe(authors[i]!);
						expect([null, ...people.slice(0, 4)]).toContain(author as (typeof people)[number]);
						const words = cells.get(placeKey(op(record, text.number, null)));
						if (words) expect<Value>(words.writer).toBe(author);
						for (const field of [deletedAt.number, purged.number]) {
							const removal = cells.get(placeKey(op(record, field, null)));
							if (!removal || removal.writer === author) continue;
							removals++;
							expect(['owner', 'admin']).toContain(roles[removal.writer as keyof typeof roles]);
						}
					}
				}
			}),
		);
		expect(removals).toBeGreaterThan(0);
	});
});

eachEngine('comments in a shared space', (engine) => {
	test('are written in one’s own name, changed by their author, and taken away by those who manage', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const store = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(store, { ana: { role: 'owner' }, ben: { role: 'editor' }, cem: { role: 'commenter' } });
		await store.close();
		const enter = async (person: string) => {
			const client = await RawClient.open(server.url, newDevice());
			await client.hello(await server.issuer.token(person));
			await client.sub(space);
			/** Why a transaction was refused; `null`: it was taken. */
			return async (...ops: Op[]) => {
				const { n } = client.write(...ops);
				await client.acked(n);
				const refused = client.heard.flatMap((frame) => (frame.type === 'ack' ? frame.refused : []));
				return refused.find((one) => one.n === n)?.code ?? null;
			};
		};
		const [ana, ben, cem] = [await enter('ana'), await enter('ben'), await enter('cem')];
		const said = newRecord();
		expect(await cem(op(said, by.number, 'cem'), op(said, text.number, 'First'))).toBeNull();
		expect(await cem(op(said, text.number, 'First of all'))).toBeNull();
		const forged = newRecord();
		expect(await ben(op(forged, by.number, 'cem'), op(forged, text.number, 'I owe Ben'))).toBe('impostor');
		expect(await ben(op(forged, text.number, 'By nobody'))).toBe('foreign-comment');
		expect(await ben(op(said, by.number, 'ben'))).toBe('foreign-comment');
		for (const person of [ana, ben]) expect(await person(op(said, text.number, 'Last'))).toBe('foreign-comment');
		expect(await ben(op(said, deletedAt.number, 1))).toBe('foreign-comment');
		expect(await ana(op(said, deletedAt.number, 1), op(said, text.number, ''))).toBe('foreign-comment');
		expect(await ana(op(said, deletedAt.number, 1))).toBeNull();
		expect(await cem(op(said, deletedAt.number, null))).toBeNull();
	});
});
