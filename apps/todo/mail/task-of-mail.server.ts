import type { IncomingMail } from '@mana/service/mail-in';
import { type Capture, type Day, packsFor, quickAdd } from '@mana/time';

/** What a mail is read against. */
export interface Reading {
	/** The day and the time at which it was sent, where its reader lives. */
	readonly today: Day;
	readonly time: string;
	/** BCP 47 tag of what its reader speaks. */
	readonly language: string;
	/** Names of the projects that there are. */
	readonly projects: readonly string[];
}

/** What mail programs put before a subject when one answers or hands on. */
const handedOn = /^(?:(?:re|aw|antw|sv|fwd?|wg|tr|rv|rif)(?:\[\d+\])?\s?:\s*)+/i;
const [MOST_TITLE, MOST_NOTES] = [500, 20_000] as const;

/**
 * The task that a mail becomes: its subject is a line of quick add, its text the notes. A project counts only where there is one of that
 * name, and `#4711` is a number: subjects of others are full of both.
 *
 * @returns `null` for a mail that says nothing
 */
export function taskOfMail(
	{ subject, text, from, own }: Pick<IncomingMail, 'subject' | 'text' | 'from' | 'own'>,
	{ language, projects, ...now }: Reading,
): { readonly capture: Capture; readonly title: string; readonly notes: string } | null {
	const [first = '', ...rest] = text.split('\n');
	const said = subject.replace(handedOn, '').trim();
	const line = said === '' ? first.trim() : said;
	if (line === '') return null;
	const read = (dismissed: ReadonlySet<string>) => quickAdd(line, { ...now, packs: packsFor(language), projects, dismissed });
	const names = new Set(projects.map((name) => name.toLowerCase()));
	const seen = read(new Set());
	const foreign = seen.tokens.filter(
		(token) =>
			(token.kind === 'tag' && /^#\d+$/.test(token.text)) ||
			(token.kind === 'project' && !names.has(seen.project?.toLowerCase() ?? '')),
	);
	const capture = foreign.length === 0 ? seen : read(new Set(foreign.map((token) => token.text)));
	const sender = own ? '' : from.name === '' ? from.address : `${from.name} <${from.address}>`;
	const notes = [sender, (said === '' ? rest.join('\n') : text).trim()].filter((part) => part !== '').join('\n\n');
	return { capture, title: (capture.title || line).slice(0, MOST_TITLE), notes: notes.slice(0, MOST_NOTES) };
}
