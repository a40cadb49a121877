/** What stands below the notes of a task whose mail had files that did not come along, by language and plural (Unicode CLDR). */
const left = {
	en: {
		one: 'One attachment of the mail was too large.',
		other: '{count} attachments of the mail were too large.',
	},
	de: {
		one: 'Ein Anhang der Mail war zu groß.',
		other: '{count} Anhänge der Mail waren zu groß.',
	},
} as const;

/** @param language BCP 47; one that is not spoken here hears English */
export function leftWords(count: number, language: string): string {
	if (count === 0) return '';
	const spoken = language.toLowerCase().startsWith('de') ? 'de' : 'en';
	const form = new Intl.PluralRules(spoken).select(count) === 'one' ? 'one' : 'other';
	return `(${left[spoken][form].replace('{count}', String(count))})`;
}
