import { fold, type RecordId } from '@mana/model';
import { DAY_VALUES, dayTest } from '@mana/shared/days';
import type { FilterKey } from '@mana/shared/filter';
import type { Tag } from '@mana/shared/model';
import type { Day } from '@mana/time';
import { foldedTextOf } from '../matching.ts';
import { defaultCalendarId, type Event, type Guest } from '../model.ts';
import { isDay } from '../moments.ts';

/** What a filter of events is seen from. */
export interface FilterWorld {
	readonly today: Day;
	/** Now, as `start` is written. */
	readonly now: string;
	readonly tags: readonly Tag[];
	readonly calendars: readonly { readonly id: RecordId; readonly name: string }[];
	guestsOf(event: RecordId): readonly Pick<Guest, 'name' | 'address'>[];
	/** The first day on which an event takes place from today on; of what is over, that on which it began. */
	dayOf(event: Event): Day | null;
	/** The day of a moment, in ms since 1970, on the clocks where one is. */
	dayAt(at: number): Day;
}

type Key = FilterKey<Event, FilterWorld>;
type Test = (event: Event, world: FilterWorld) => boolean;

/** An occurrence has the guests of its series, where nobody said otherwise. */
const guestsOf = ({ id, series }: Event, world: FilterWorld) => {
	const own = world.guestsOf(id);
	return own.length > 0 || series === null ? own : world.guestsOf(series);
};

const past: Test = (event, world) =>
	event.repeat === null && (event.start ?? '') < (isDay(event.start ?? '') ? world.today : world.now);

const flags: Readonly<Record<string, Test>> = {
	repeating: ({ repeat, extra, series }) => repeat !== null || extra.size > 0 || series !== null,
	allday: ({ start }) => start !== null && isDay(start),
	coming: (event, world) => !past(event, world),
	past,
	confirmed: ({ status }) => status === 'confirmed',
	tentative: ({ status }) => status === 'tentative',
	cancelled: ({ status }) => status === 'cancelled',
	busy: ({ shows }) => shows === 'busy',
	free: ({ shows }) => shows === 'free',
	private: ({ privacy }) => privacy !== 'public',
};

const parts: Readonly<Record<string, Test>> = {
	notes: ({ notes }) => notes.trim() !== '',
	place: ({ place }) => place.trim() !== '',
	link: ({ url, meeting }) => url !== '' || meeting !== '',
	files: ({ files }) => files.length > 0,
	reminder: ({ reminders }) => reminders.size > 0,
	guest: (event, world) => guestsOf(event, world).length > 0,
	tag: ({ tags }) => tags.size > 0,
	travel: ({ travel }) => travel > 0,
};

const none = (value: string): boolean => ['none', 'keine', 'keiner', 'niemand'].includes(fold(value));

const oneOf = (table: Readonly<Record<string, Test>>): Key => ({
	test(value, world) {
		const found = Object.hasOwn(table, value.toLowerCase()) ? table[value.toLowerCase()] : undefined;
		return found ? (event) => found(event, world) : null;
	},
	values: () => Object.keys(table),
});

const text: Key = {
	test(value) {
		const wanted = fold(value);
		return (event) => foldedTextOf(event).includes(wanted);
	},
	values: () => [],
};

const tag: Key = {
	test(value, { tags }) {
		if (none(value)) return (event) => event.tags.size === 0;
		const wanted = tags.filter(({ name }) => fold(name) === fold(value));
		return wanted.length === 0 ? null : (event) => wanted.some(({ id }) => event.tags.has(id));
	},
	values: ({ tags }) => tags.map(({ name }) => name),
};

const calendar: Key = {
	test(value, { calendars }) {
		const wanted = new Set(calendars.filter(({ name }) => fold(name) === fold(value)).map(({ id }) => id));
		return wanted.size === 0 ? null : (event) => wanted.has((event.calendar ?? defaultCalendarId) as RecordId);
	},
	values: ({ calendars }) => calendars.map(({ name }) => name),
};

/** Whose name begins with it, or whose address has it. */
const guest: Key = {
	test(value, world) {
		if (none(value)) return (event) => guestsOf(event, world).length === 0;
		const wanted = fold(value);
		return (event) =>
			guestsOf(event, world).some(({ name, address }) => fold(name).includes(wanted) || fold(address).includes(wanted));
	},
	values: () => ['none'],
};

/** Minutes that it lasts. */
const length: Key = {
	test(value) {
		const [, sign = '', digits] = /^(<=|>=|<|>)?(\d{1,7})$/.exec(value) ?? [];
		if (digits === undefined) return null;
		const wanted = Number(digits) * 60;
		const tests: Readonly<Record<string, (seconds: number) => boolean>> = {
			'': (seconds) => seconds === wanted,
			'<': (seconds) => seconds < wanted,
			'<=': (seconds) => seconds <= wanted,
			'>': (seconds) => seconds > wanted,
			'>=': (seconds) => seconds >= wanted,
		};
		return (event) => tests[sign]!(event.length);
	},
	values: () => ['<=30', '60', '>60'],
};

/** Every key. `#` is a tag, `@` a calendar or a guest, '' a word. */
export const keys: Readonly<Record<string, Key>> = {
	'': text,
	'#': tag,
	'@': {
		test(value, world) {
			const [there, invited] = [calendar.test(value, world), guest.test(value, world)];
			return there ? (event) => there(event) || invited!(event) : invited;
		},
		values: calendar.values,
	},
	text,
	tag,
	calendar,
	guest,
	place: {
		test(value) {
			if (none(value)) return ({ place }) => place.trim() === '';
			const wanted = fold(value);
			return ({ place }) => fold(place).includes(wanted);
		},
		values: () => ['none'],
	},
	when: {
		test(value, world) {
			const test = dayTest(value, world.today);
			return test && ((event) => test(world.dayOf(event)));
		},
		values: () => DAY_VALUES.filter((one) => !['overdue', 'none', 'any'].includes(one)),
	},
	created: {
		test(value, world) {
			const test = dayTest(value, world.today);
			return test && (({ createdAt }) => test(createdAt === null ? null : world.dayAt(createdAt)));
		},
		values: () => ['today', '>=-7', '>=-30'],
	},
	length,
	is: oneOf(flags),
	has: oneOf(parts),
};

/** What people who speak German may write. */
export const ALIASES: Readonly<Record<string, string>> = {
	kalender: 'calendar', gast: 'guest', wer: 'guest', ort: 'place', wann: 'when', erstellt: 'created', dauer: 'length', ist: 'is', hat: 'has', titel: 'text',
}; // prettier-ignore
