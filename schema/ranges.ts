/** A run of port numbers, both ends included. */
export type Span = readonly [from: number, to: number];

/** One range of the house: which numbers belong together, why, and which folder holds their rooms. */
export interface Range {
	readonly name: string;
	readonly title: string;
	/** What may be given a number here. */
	readonly purpose: string;
	/** Nearly always one span; engines with a number the whole world knows are one span each. */
	readonly spans: readonly Span[];
	/** The folders whose rooms listen in this range. */
	readonly folders: readonly string[];
	/** Slots that stay empty until a row takes one by a change of this file. */
	readonly reserved: readonly Span[];
	/** Where the origin document left two readings: the one that holds, and why. */
	readonly decision?: string;
}

const table = [
	{
		name: 'core',
		title: 'Core Platform Services',
		purpose: 'Who people are and what is theirs: identity, profiles, credits, plans, usage, events.',
		spans: [[3000, 3009]],
		folders: ['core'],
		reserved: [[3007, 3009]],
		decision: '3006 was reserved; mana-events had no planned number although it ran, so it takes the first reserved slot.',
	},
	{
		name: 'infra',
		title: 'Core Infrastructure Services',
		purpose: 'What every app leans on: sync, media, search, notifications, crawling, landing pages, the public API.',
		spans: [[3010, 3019]],
		folders: ['infra'],
		reserved: [[3017, 3019]],
	},
	{
		name: 'ai',
		title: 'AI/ML Services',
		purpose: 'Language, speech, image and video models behind one shape of API.',
		spans: [[3020, 3029]],
		folders: ['ai'],
		reserved: [
			[3025, 3025],
			[3027, 3029],
		],
		decision:
			'3026 was reserved; mana-video-gen already ran there, so it keeps the number it has. ' +
			'3025, which mana-llm leaves for its planned 3020, stays reserved.',
	},
	{
		name: 'app-servers',
		title: 'App Compute Servers',
		purpose: 'Only apps that need computing on a server (AI, other services, file work). Plain records go through mana-sync.',
		spans: [[3030, 3059]],
		folders: ['apps'],
		reserved: [[3041, 3059]],
	},
	{
		name: 'matrix',
		title: 'Matrix/Chat Stack',
		purpose: 'The Matrix homeserver, its bot and its web clients.',
		spans: [[4000, 4099]],
		folders: ['matrix', 'apps'],
		reserved: [],
	},
	{
		name: 'landings',
		title: 'Static Landing Pages',
		purpose: 'Public pages of the apps, served as files.',
		spans: [[4400, 4499]],
		folders: ['matrix'],
		reserved: [],
		decision:
			'The document lists 4400 under 4000-4099. The number is kept, since links point to it, and gets a range of its own ' +
			'instead of an exception, so that "inside its range" holds for every row.',
	},
	{
		name: 'web',
		title: 'Web Frontends (SvelteKit)',
		purpose: 'The hub and one door for each app.',
		spans: [[5000, 5049]],
		folders: ['web', 'apps'],
		reserved: [[5030, 5049]],
		decision: 'The document says 5000-5059 and, below it, 5050-5059 for tools. Ranges do not overlap: this one ends at 5049.',
	},
	{
		name: 'tools',
		title: 'Playground/Dev Tools',
		purpose: 'Front ends for people who build or try out things.',
		spans: [[5050, 5059]],
		folders: ['apps'],
		reserved: [],
	},
	{
		name: 'games',
		title: 'Games',
		purpose: 'Front ends that are games.',
		spans: [[5100, 5199]],
		folders: ['apps'],
		reserved: [],
	},
	{
		name: 'dashboards',
		title: 'Monitoring Dashboards',
		purpose: 'Where an operator looks: metrics, web analytics, errors.',
		spans: [[8000, 8079]],
		folders: ['ops'],
		reserved: [],
		decision:
			'The document says 8000-8099, but its own SearXNG row holds 8080 for something that is no dashboard. ' +
			"8080 is that engine's well-known number, so this range ends at 8079.",
	},
	{
		name: 'exporters',
		title: 'Infrastructure & Exporters',
		purpose: 'Object storage, metrics, alerts and what measures hosts, containers and engines.',
		spans: [[9000, 9199]],
		folders: ['ops'],
		reserved: [],
	},
	{
		name: 'engines',
		title: 'Engines at Their Well-Known Ports',
		purpose: 'Third-party engines that everyone expects at one number. Nothing else may ever take it.',
		spans: [
			[5432, 5432],
			[6379, 6379],
			[8080, 8080],
			[11434, 11434],
		],
		folders: ['infra'],
		reserved: [],
		decision:
			'The document lists 5432 and 6379 under 9000-9199, 8080 under a heading of its own and 11434 only on a host. ' +
			'Their numbers come from outside and cannot follow a range of ours, so they form one, of exactly these numbers.',
	},
] as const satisfies readonly Range[];

export type RangeName = (typeof table)[number]['name'];

/**
 * Every range of the port schema, in the order of its numbers.
 *
 * The origin document states as its first principle "100 ports per range", while its four backend ranges have ten to
 * thirty. The headings win: they carry the numbers. The principle holds for the families from 4000 up.
 */
export const ranges: readonly Range[] = table;

/** `3010-3019`, or `5432` for a span of one. */
export function spanText([from, to]: Span): string {
	return from === to ? `${from}` : `${from}-${to}`;
}

export function within(port: number, spans: readonly Span[]): boolean {
	return spans.some(([from, to]) => from <= port && port <= to);
}

/** The range that a port lies in, if any. */
export function rangeOf(port: number): Range | undefined {
	return ranges.find((range) => within(port, range.spans));
}

/** @throws when no range has this name */
export function rangeNamed(name: string): Range {
	const range = ranges.find((range) => range.name === name);
	if (!range) throw new Error(`There is no range "${name}". The ranges are ${ranges.map((range) => range.name).join(', ')}.`);
	return range;
}
