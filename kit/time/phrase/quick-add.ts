import { addDays, type Day } from '../day.ts';
import { appointmentAt, overlaps } from './appointment.ts';
import { firstDay } from '../recur/presets.ts';
import { parseRule } from '../recur/rule.ts';
import { type LanguagePack, type Moment, type Now, type PhraseRule, priorities, type Priority, type Repeat } from './pack.ts';

/** A stretch of the input that was understood, for highlighting while typing. */
export interface Token {
	readonly kind: 'repeat' | 'day' | 'time' | 'length' | 'place' | 'tag' | 'priority' | 'project';
	/** Half-open range in UTF-16 units. */
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** What a line of quick add says. */
export interface Capture {
	/** The line without what was understood, with single spaces. */
	readonly title: string;
	readonly day: Day | null;
	/** `HH:MM`; a time without a day means its next occurrence. */
	readonly time: string | null;
	/** How long it lasts; of several whole days, until the end of the last. Read of appointments only, as are the next two. */
	readonly minutes: number | null;
	/** Whether it was said to take whole days. */
	readonly wholeDay: boolean;
	readonly place: string | null;
	/** How it comes again; `day` is then the first day of it. */
	readonly repeat: Repeat | null;
	readonly tags: readonly string[];
	readonly priority: Priority | null;
	/** Name as it is known in `projects`, or as typed when it is new. */
	readonly project: string | null;
	readonly tokens: readonly Token[];
}

export interface QuickAddContext extends Now {
	/** Language packs, the person's own first. */
	readonly packs: readonly LanguagePack[];
	/** Known project names, so that `@Living room` is read to its end. */
	readonly projects?: readonly string[];
	/** Texts of tokens that the person has dismissed: they stay in the title. */
	readonly dismissed?: ReadonlySet<string>;
	/** Reads as well how long it lasts and where it is; behind `@` only names that are known. */
	readonly appointments?: true;
}

/**
 * Reads one line as a person would type it: `Call Ana tomorrow 9:00 #phone !high @Work`. The first day, time, repetition, priority and project
 * count; later ones stay in the title. Never throws: what is not understood is the title.
 */
export function quickAdd(line: string, context: QuickAddContext): Capture {
	const found: Hit[] = [];
	let moment: Moment = {};
	let at = 0;
	while (at < line.length) {
		const hit = atWordStart(line, at) ? readAt(line, at, context, moment) : null;
		if (hit && !context.dismissed?.has(hit.token.text) && !isRepeat(hit.token.kind, found)) {
			found.push(hit);
			moment = { ...moment, ...hit.moment };
			at = hit.token.end;
		} else at++;
	}
	const valueOf = (kind: Token['kind']): string | null => found.find(({ token }) => token.kind === kind)?.value ?? null;
	return {
		title: titleOf(
			line,
			found.map(({ token }) => token),
		),
		day: dayOf(moment, context),
		time: moment.time ?? null,
		minutes: moment.minutes ?? null,
		wholeDay: moment.wholeDay ?? false,
		place: moment.place ?? null,
		repeat: moment.repeat ?? null,
		tags: [...new Set(found.filter(({ token }) => token.kind === 'tag').map(({ value }) => value!))],
		priority: valueOf('priority') as Priority | null,
		project: valueOf('project'),
		tokens: found.map(({ token }) => token),
	};
}

interface Hit {
	readonly token: Token;
	readonly moment?: Moment;
	readonly value?: string;
}

function readAt(line: string, at: number, context: QuickAddContext, known: Moment): Hit | null {
	switch (line[at]) {
		case '#':
			return readTag(line, at);
		case '!':
			return readPriority(line, at, context.packs);
		case '@':
			return readProject(line, at, context);
		default:
			return context.appointments ? readAppointment(line, at, context, known) : readMoment(line, at, context, known);
	}
}

function readTag(line: string, at: number): Hit | null {
	const name = /^#([\p{L}\p{N}][\p{L}\p{N}_/-]{0,49})/u.exec(line.slice(at))?.[1];
	return name === undefined ? null : { token: token('tag', line, at, at + 1 + name.length), value: name };
}

function readPriority(line: string, at: number, packs: readonly LanguagePack[]): Hit | null {
	const mark = /^(!{2,3}|!([1-4])|!([\p{L}]+))(?![\p{L}\p{N}!])/u.exec(line.slice(at));
	if (!mark) return null;
	const value = priorityOf(mark, packs);
	return value === null ? null : { token: token('priority', line, at, at + mark[0].length), value };
}

/** `!!` high and `!!!` urgent; `!1` is the most urgent as in Todoist; words come from the language packs. */
function priorityOf(mark: RegExpExecArray, packs: readonly LanguagePack[]): Priority | null {
	if (mark[2]) return priorities[4 - Number(mark[2])]!;
	if (!mark[3]) return mark[0].length === 2 ? 'high' : 'urgent';
	const word = mark[3].toLowerCase();
	return priorities.find((priority) => packs.some((pack) => pack.priorities[priority].includes(word))) ?? null;
}

function readProject(line: string, at: number, { projects = [], appointments }: QuickAddContext): Hit | null {
	const rest = line.slice(at + 1);
	const known = projects
		.filter(
			(name) => name && rest.toLowerCase().startsWith(name.toLowerCase()) && !/^[\p{L}\p{N}]/u.test(rest.slice(name.length)),
		)
		.toSorted((a, b) => b.length - a.length)[0];
	const name = known ?? (appointments ? undefined : /^[\p{L}\p{N}][\p{L}\p{N}_-]*/u.exec(rest)?.[0]);
	return name === undefined ? null : { token: token('project', line, at, at + 1 + name.length), value: name };
}

/** A moment, a stretch of time, how long it lasts, or where it is. */
function readAppointment(line: string, at: number, context: QuickAddContext, known: Moment): Hit | null {
	const moments = (from: number, before: Moment, today: Day = context.today) => {
		const hit = readMoment(line, from, { ...context, today }, before);
		return hit?.moment ? { end: hit.token.end, moment: hit.moment } : null;
	};
	const found = appointmentAt(
		line,
		at,
		context.packs,
		known,
		moments,
		(from) => /[#@!]/.test(line[from]!) || moments(from, {}) !== null,
	);
	return found && { token: token(found.kind, line, at, found.end), moment: found.moment };
}

/** The longest reading that starts here; of two equally long ones that of the person's own language. */
function readMoment(line: string, at: number, context: QuickAddContext, known: Moment): Hit | null {
	let best: Hit | null = null;
	for (const [index, pack] of context.packs.entries()) {
		for (const { rule, pattern } of compiled(pack)) {
			if (rule.ownLanguageOnly && index > 0) continue;
			pattern.lastIndex = at;
			const match = pattern.exec(line);
			if (!match || match[0].length <= (best?.token.text.length ?? 0)) continue;
			const moment = rule.read(match, context);
			if (!moment || overlaps(moment, known)) continue;
			if (rule.weak && !hasLead(match[0], pack) && !canStandAlone(line.slice(at + match[0].length))) continue;
			best = { token: token(moment.repeat ? 'repeat' : moment.day ? 'day' : 'time', line, at, at + match[0].length), moment };
		}
	}
	return best;
}

const cache = new WeakMap<LanguagePack, { rule: PhraseRule; pattern: RegExp }[]>();

/** The rules as sticky patterns that end at a word's end. The optional leading word is no group: `match[1]` stays the rule's own. */
function compiled(pack: LanguagePack) {
	let rules = cache.get(pack);
	if (!rules) {
		const lead = `(?:(?:${pack.lead.toSorted((a, b) => b.length - a.length).join('|')}) )?`;
		rules = pack.rules.map((rule) => ({ rule, pattern: new RegExp(`${lead}(?:${rule.pattern})(?![\\p{L}\\p{N}])`, 'iuy') }));
		cache.set(pack, rules);
	}
	return rules;
}

function hasLead(text: string, pack: LanguagePack): boolean {
	return pack.lead.some((word) => text.toLowerCase().startsWith(`${word} `));
}

function canStandAlone(rest: string): boolean {
	return /^\s*(?:[#@!]\S*\s*)*$/u.test(rest) || /^\s+(?:at |um )?\d/iu.test(rest);
}

function isRepeat(kind: Token['kind'], found: readonly Hit[]): boolean {
	return (kind === 'priority' || kind === 'project') && found.some(({ token }) => token.kind === kind);
}

function atWordStart(line: string, at: number): boolean {
	return at === 0 || /[\s,;(]/u.test(line[at - 1]!);
}

/** What repeats begins on the first day of its rule, from the day that was said or from now on. */
function dayOf({ day, time, repeat }: Moment, now: Now): Day | null {
	const from = day ?? impliedDay(time, now);
	return repeat ? firstDay(parseRule(repeat.rule), from ?? now.today) : from;
}

function impliedDay(time: string | undefined, { today, time: now }: Now): Day | null {
	if (time === undefined) return null;
	return time > now ? today : addDays(today, 1);
}

function token(kind: Token['kind'], line: string, start: number, end: number): Token {
	return { kind, start, end, text: line.slice(start, end) };
}

function titleOf(line: string, tokens: readonly Token[]): string {
	let title = '';
	let at = 0;
	for (const { start, end } of tokens) {
		title += `${line.slice(at, start)} `;
		at = end;
	}
	return (title + line.slice(at))
		.replaceAll(/\s+([,;.])/g, '$1')
		.replaceAll(/\s+/g, ' ')
		.trim();
}
