import { type Draft, ordering, type RecordId } from '@mana/model';
import type { Mana, Writer } from '@mana/sync/client/api';
import type { Item } from '@mana/ui/import/format';
import type { Brought, Policy } from '@mana/ui/import/kind';
import type { SaidDetail } from '../cards/detail-lines.ts';
import { type DetailValue, sameValueKey } from '../cards/match.ts';
import { saidFields } from '../cards/read.ts';
import { type Contact, contactIdOf, details, groupIdNamed, groups, people } from '../model.ts';
import { fittedDetail, fittedFields } from './fitted.ts';
import type { FoundContact } from './found-contact.ts';

export type ImportStep = readonly (Item<FoundContact> & { readonly known: RecordId | null })[];

/** Ops of one transaction and letters in it, with much to spare (`limits` of `@mana/sync`). */
const [OPS, LETTERS] = [1_500, 300_000];

/** How much of a step a contact is: [0,1] and, for one that fills a step alone, more. */
export function weigh({ details: all, card, fields }: FoundContact): number {
	return Math.max((24 + all.length * 16) / OPS, (card.length + fields.notes.length + 2_000) / LETTERS);
}

export interface BringParts {
	readonly mana: Mana;
	/** A new id. */
	newId(): RecordId;
	/** [0,1[ */
	random(): number;
	/** Keeps the photo that a file has of somebody; `null` where there is none, or it cannot be had or kept. */
	keepPhoto(found: FoundContact, id: RecordId): Promise<Contact['photo']>;
}

/** Writes one step of an import as one action that can be taken back. */
export async function bring(
	{ mana, newId, random, keepPhoto }: BringParts,
	step: ImportStep,
	policy: Policy,
	label: string,
): Promise<Brought> {
	const between = ordering(random);
	const plan: { readonly found: FoundContact; readonly id: RecordId; readonly photo: Contact['photo'] }[] = [];
	const taken = new Set<RecordId>();
	let skipped = 0;
	for (const { item: found, known } of step) {
		const own = found.uid === '' ? null : contactIdOf(found.uid);
		// The same file may have brought it before, and it may lie in the trash under its UID.
		const there = known ?? (own !== null && (taken.has(own) || mana.get(people, own)) ? own : null);
		const isHere = there !== null && (taken.has(there) || mana.get(people, there)?.deletedAt === null);
		if (isHere && policy === 'skip') {
			skipped++;
			continue;
		}
		const id = isHere && policy === 'both' ? newId() : (there ?? own ?? newId());
		taken.add(id);
		const photo = mana.get(people, id)?.photo ? null : await keepPhoto(found, id);
		plan.push({ found, id, photo });
	}
	const [added, merged]: [RecordId[], RecordId[]] = [[], []];
	const written = mana.write(label, (tx) => {
		const writes = new Bringing(tx, mana, between);
		for (const { found, id, photo } of plan) (writes.bring(found, id, photo) ? added : merged).push(id);
	});
	return { written, added, merged, skipped };
}

/** What one action brings. */
class Bringing {
	readonly #tx: Writer;
	readonly #mana: Mana;
	readonly #between: ReturnType<typeof ordering>;
	/** Details of those that it touched. */
	readonly #held = new Map<RecordId, DetailValue[]>();

	constructor(tx: Writer, mana: Mana, between: ReturnType<typeof ordering>) {
		this.#tx = tx;
		this.#mana = mana;
		this.#between = between;
	}

	/** @returns whether it is new */
	bring(found: FoundContact, id: RecordId, photo: Contact['photo']): boolean {
		const before = this.#tx.get(people, id);
		const sets = found.groups.map((name) => this.#groupNamed(name));
		if (before) this.#fill(before, found, sets, photo);
		else {
			const uid = contactIdOf(found.uid || id) === id && found.uid !== id ? found.uid : '';
			const draft = {
				...fittedFields(found.fields),
				uid,
				starred: found.starred,
				groups: sets,
				cardObject: found.card,
				...(photo && { photo }),
			};
			this.#tx.create(people, draft, id);
		}
		this.#addDetails(id, found.details, before !== undefined);
		return before === undefined;
	}

	/** Fills in what is empty; nothing that is there is overwritten. */
	#fill(before: Contact, found: FoundContact, sets: readonly RecordId[], photo: Contact['photo']): void {
		if (before.deletedAt !== null) this.#tx.restore(people, before.id);
		const fields = fittedFields(found.fields);
		const draft: Draft<typeof people> = Object.fromEntries(
			saidFields
				.filter((name) => name !== 'kind' && name !== 'shownAs')
				.filter((name) => (before[name] === '' || before[name] === null) && fields[name] !== '' && fields[name] !== null)
				.map((name) => [name, fields[name]]),
		);
		this.#tx.update(people, before.id, {
			...draft,
			groups: { add: sets },
			...(found.starred && { starred: true }),
			...(photo && { photo }),
			...(before.cardObject === '' && { cardObject: found.card }),
		});
	}

	#addDetails(contact: RecordId, all: readonly SaidDetail[], known: boolean): void {
		let held = this.#held.get(contact);
		if (!held) {
			const rows = known
				? this.#mana.query(details, { where: (row) => row.contact === contact && row.deletedAt === null }).rows
				: [];
			this.#held.set(contact, (held = rows.map((row) => ({ ...row, targetUid: null }))));
		}
		const keys = new Set(held.map(sameValueKey));
		const last = new Map<string, string>();
		for (const one of all) {
			const detail = fittedDetail(one);
			const key = sameValueKey(detail);
			if (keys.has(key)) continue;
			keys.add(key);
			held.push(detail);
			const { targetUid, ...draft } = detail;
			const position = this.#between(last.get(detail.kind) ?? null, null);
			last.set(detail.kind, position);
			const preferred = detail.preferred && !(known && held.some((one) => one.kind === detail.kind && one !== detail));
			const target = targetUid === null ? null : contactIdOf(targetUid);
			this.#tx.create(details, { ...draft, contact, target, position, preferred });
		}
	}

	/** Makes a group, or brings the one of that name back. */
	#groupNamed(name: string): RecordId {
		const known = this.#mana.query(groups).rows.find((group) => group.name.toLowerCase() === name.toLowerCase());
		if (known) return known.id;
		const id = groupIdNamed(name);
		const there = this.#tx.get(groups, id);
		if (!there) return this.#tx.create(groups, { name }, id);
		if (there.deletedAt !== null) this.#tx.restore(groups, id);
		return id;
	}
}
