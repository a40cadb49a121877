import { type Component, type ContentLine, lineOf, nameOf, parameterOf } from '../ical/index.ts';
import { writeLine } from '../ical/lines.ts';

/** What merging has to know of a kind of object: calendars and cards are both lines and components. */
export interface MergeRules {
	/** What parts of one object are told apart by: a kind, and what makes it one of its kind. `null`: it is no part that is merged, as a time zone. */
	keyOf(component: Component): string | null;
	/** Lines that only make sense together: by the name of each, the group that it is in. */
	readonly together: ReadonlyMap<string, string>;
	/** Names of lines of which each is a thing of its own, as somebody invited. */
	readonly many: ReadonlySet<string>;
	/** Lines that say when something was written and by which program, and nothing of the thing itself. */
	readonly stamps: ReadonlySet<string>;
	/** Which line says when it was changed last. */
	readonly changed: string;
}

/** Whether two objects say the same, whoever wrote them down and in which order. */
export function sameObject(one: Component, other: Component, rules: MergeRules): boolean {
	return sayingsOf(one, rules) === sayingsOf(other, rules);
}

/**
 * Both changes of what was common: line by line of each part, where both changed the same the later one, and of things of which there are
 * many each by itself. What one side removed and the other changed stays.
 *
 * @param base `null`: nothing was ever common, and what only one of them has is from nobody's removal
 */
export function mergeObjects(base: Component | null, here: Component, there: Component, rules: MergeRules): Component {
	const later = isLater(here, there, rules) ? 'here' : 'there';
	const parts = { base: base ? partsOf(base, rules) : new Map(), here: partsOf(here, rules), there: partsOf(there, rules) };
	const keys = new Set([...parts.there.keys(), ...parts.here.keys()]);
	const merged = [...keys].flatMap((key): Component[] => {
		const [was, ours, theirs] = [parts.base.get(key), parts.here.get(key), parts.there.get(key)];
		if (ours && theirs) return [mergePart(was ?? null, ours, theirs, later, rules)];
		const left = ours ?? theirs!;
		return was && sameObject(was, left, rules) ? [] : [left];
	});
	const kept = there.components.filter((one) => rules.keyOf(one) === null);
	const named = new Set(kept.map((one) => writtenHead(one)));
	const missing = here.components.filter((one) => rules.keyOf(one) === null && !named.has(writtenHead(one)));
	const lines = mergeLines(base?.lines ?? null, here.lines, there.lines, later, rules);
	return { ...there, lines, components: [...kept, ...missing, ...merged] };
}

/** What somebody else keeps of an object that was sent, with the lines and parts of it that they have no place for. */
export function withUnplaced(sent: Component, kept: Component, rules: MergeRules): Component {
	const parts = partsOf(sent, rules);
	const lines = (of: Component, from: Component | undefined) => {
		const placed = groupsOf(of.lines, rules);
		const left = [...(from ? groupsOf(from.lines, rules) : [])].filter(([name]) => !placed.has(name) && !rules.stamps.has(name));
		return [...of.lines, ...left.flatMap(([, own]) => own)];
	};
	const components = kept.components.map((one): Component => {
		const key = rules.keyOf(one);
		const from = key === null ? undefined : parts.get(key);
		return { ...one, lines: lines(one, from), components: one.components.length > 0 ? one.components : (from?.components ?? []) };
	});
	return { ...kept, lines: lines(kept, sent), components };
}

type Side = 'here' | 'there';

function mergePart(base: Component | null, here: Component, there: Component, later: Side, rules: MergeRules): Component {
	const inside = (one: Component | null) => new Map((one?.components ?? []).map((part) => [sayingsOf(part, rules), part]));
	return {
		...there,
		lines: mergeLines(base?.lines ?? null, here.lines, there.lines, later, rules),
		components: mergeMany(base && inside(base), inside(here), inside(there)),
	};
}

function mergeLines(
	base: readonly ContentLine[] | null,
	here: readonly ContentLine[],
	there: readonly ContentLine[],
	later: Side,
	rules: MergeRules,
): ContentLine[] {
	const groups = { base: base && groupsOf(base, rules), here: groupsOf(here, rules), there: groupsOf(there, rules) };
	const names = new Set([...groups.there.keys(), ...groups.here.keys()]);
	return [...names].flatMap((name): readonly ContentLine[] => {
		const [ours, theirs] = [groups.here.get(name) ?? [], groups.there.get(name) ?? []];
		const was = groups.base ? (groups.base.get(name) ?? []) : null;
		if (was && sameLines(ours, was)) return theirs;
		if (was && sameLines(theirs, was)) return ours;
		if (sameLines(ours, theirs)) return theirs;
		if (rules.many.has(name)) return mergeMany(was && byKey(was), byKey(ours), byKey(theirs), later);
		if (ours.length === 0 || theirs.length === 0) return [...ours, ...theirs];
		return later === 'here' ? ours : theirs;
	});
}

/** Things of which there are many, each by what makes it one: what either side added is there, what either removed and the other left alone is not. */
function mergeMany<T extends ContentLine | Component>(
	base: ReadonlyMap<string, T> | null,
	here: ReadonlyMap<string, T>,
	there: ReadonlyMap<string, T>,
	later: Side = 'there',
): T[] {
	const said = (one: T | undefined) => (one === undefined ? '' : JSON.stringify(one));
	return [...new Set([...there.keys(), ...here.keys()])].flatMap((key): T[] => {
		const [was, ours, theirs] = [base?.get(key), here.get(key), there.get(key)];
		if (ours && theirs) {
			if (said(ours) === said(was)) return [theirs];
			return said(theirs) === said(was) || later === 'here' ? [ours] : [theirs];
		}
		const left = ours ?? theirs!;
		return was && said(was) === said(left) ? [] : [left];
	});
}

function partsOf(object: Component, rules: MergeRules): Map<string, Component> {
	return new Map(
		object.components.flatMap((one) => {
			const key = rules.keyOf(one);
			return key === null ? [] : [[key, one] as const];
		}),
	);
}

function groupsOf(lines: readonly ContentLine[], { together }: MergeRules): Map<string, ContentLine[]> {
	const groups = new Map<string, ContentLine[]>();
	for (const one of lines) {
		const name = together.get(nameOf(one)) ?? nameOf(one);
		groups.set(name, [...(groups.get(name) ?? []), one]);
	}
	return groups;
}

/** Somebody by their address, a date by itself: what a line of many is about, without what is said of it. The same twice is two. */
function byKey(lines: readonly ContentLine[]): Map<string, ContentLine> {
	const keyed = new Map<string, ContentLine>();
	for (const one of lines) {
		const key = `${nameOf(one)} ${parameterOf(one, 'TZID') ?? ''} ${one.value.trim().toLowerCase()}`;
		let own = key;
		for (let nth = 2; keyed.has(own); nth++) own = `${key} ${nth}`;
		keyed.set(own, one);
	}
	return keyed;
}

function sameLines(one: readonly ContentLine[], other: readonly ContentLine[]): boolean {
	return one.length === other.length && written(one) === written(other);
}

function written(lines: readonly ContentLine[]): string {
	return lines.map(normal).toSorted().join('\n');
}

/** A line with its parameters in an order of their own, names in capitals. */
function normal(one: ContentLine): string {
	const parameters = one.parameters
		.map(({ name, values }) => ({ name: name.toUpperCase(), values }))
		.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	return writeLine({ name: nameOf(one), parameters, value: one.value.trim() });
}

/** What an object says, as one text: without stamps and descriptions of zones, in an order of its own. */
function sayingsOf({ name, lines, components }: Component, rules: MergeRules): string {
	const said = lines.filter((one) => !rules.stamps.has(nameOf(one)));
	const inside = components.filter((one) => rules.keyOf(one) !== null);
	return JSON.stringify([name, written(said), inside.map((one) => sayingsOf(one, rules)).toSorted()]);
}

function writtenHead(component: Component): string {
	return `${component.name} ${lineOf(component, 'TZID')?.value.trim() ?? ''}`;
}

function isLater(here: Component, there: Component, rules: MergeRules): boolean {
	const at = (one: Component) =>
		[one, ...one.components].reduce((latest, part) => {
			const said = lineOf(part, rules.changed)?.value.replaceAll(/[^\dTZ]/g, '') ?? '';
			return said > latest ? said : latest;
		}, '');
	return at(here) > at(there);
}
