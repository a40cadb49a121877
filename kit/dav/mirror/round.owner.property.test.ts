// Servers like Google's: they name what they are sent themselves, and keep only what they have a place for.
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { cardKind, eventKind, fieldsOf, type Kind, type Owner, Pair } from './pair.fixture.ts';

const uids = ['a', 'b', 'c'] as const;
const cuts = fc.array(fc.constantFrom(null, null, null, 'before', 'after'), { maxLength: 20 });
const seed = Date.now() & 0xffffff;

/** It has a place for the first two fields, none for the third. */
function ownerOf({ fields, texts }: Kind): Owner {
	return {
		keep: (text) => text.replace(new RegExp(`^${fields[2]}:.*\r\n`, 'm'), ''),
		named: (text, uid) => texts.withUid(text, uid),
	};
}

describe.each([eventKind, cardKind])('$name at a server that has names and words of its own', (kind) => {
	const edit = fc.record({
		side: fc.constantFrom('here', 'there'),
		uid: fc.constantFrom(...uids),
		field: fc.constantFrom(...kind.fields, null),
	});

	test(`are there once each under its names, and what it has no place for stays here, wherever the line is cut (seed ${seed})`, async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.oneof(edit, cuts), { minLength: 4, maxLength: 24 }), fc.boolean(), async (steps, tokens) => {
				const pair = new Pair(kind, tokens, ownerOf(kind));
				/** Of what has no place there: what was said here last. */
				const unplaced = new Map<string, string>();
				const removed = new Set<string>();
				const itemOf = (uid: string) => [...pair.here.items.values()].find((one) => one.uid === uid && one.etag !== null);
				let n = 0;
				for (const step of steps) {
					if (Array.isArray(step)) {
						await pair.round(step);
						continue;
					}
					const { side, uid, field } = step;
					const value = `value ${++n}`;
					if (field === null) removed.add(uid);
					if (side === 'here') {
						const text = pair.here.held.get(uid)?.text;
						pair.here.edit(uid, field === null ? null : kind.make(uid, { ...(text ? fieldsOf(text) : {}), [field]: value }));
						if (field === kind.fields[2]) unplaced.set(uid, value);
						continue;
					}
					// Whoever changes something there knows it by the name it has there.
					const item = itemOf(uid);
					const held = item && pair.there.held.get(item.href);
					if (!item || !held || field === kind.fields[2]) continue;
					const fields = { ...fieldsOf(held.text), ...(field && { [field]: value }) };
					pair.there.edit(item.href, field === null ? null : kind.make(item.href.slice(1), fields));
				}
				await pair.settle();
				const [here, there] = [pair.state(), pair.there.held];
				expect(there.size).toBe(Object.keys(here).length);
				for (const [uid, { [kind.fields[2]]: odd, ...placed }] of Object.entries(here)) {
					const { href } = itemOf(uid)!;
					expect(fieldsOf(there.get(href)!.text)).toEqual(placed);
					expect(kind.texts.uidOf(there.get(href)!.text)).toBe(href.slice(1));
					if (!removed.has(uid)) expect(odd).toBe(unplaced.get(uid));
				}
				const writes = [pair.here.writes, pair.there.writes];
				await pair.settle();
				expect([pair.here.writes, pair.there.writes]).toEqual(writes);
			}),
			{ seed, numRuns: 150 },
		);
	});
});
