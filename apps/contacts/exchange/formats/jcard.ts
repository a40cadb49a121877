import { BadCard, type Card, fromJCard, toJCard } from '@mana/dav/vcard/index';
import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import { lettersOf } from '@mana/ui/import/letters';
import { type FoundContact, fromCard, isEmpty } from '../found-contact.ts';

/** Letters that a file of JSON may have: it is read whole. */
const LONGEST = 200_000_000;

/** jCard (RFC 7095): one card, or an array of them. */
export const jcard: ImportFormat<FoundContact> = {
	id: 'jcard',
	detect: ({ text }) => (/^\uFEFF?\s*\[\s*(\[\s*)?"vcard"/i.test(text) ? 1 : 0),
	async *read(pieces) {
		let text = '';
		for await (const part of lettersOf(pieces))
			if ((text += part).length > LONGEST) throw new Error('This file is too big to be read at once.');
		const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
		const cards: unknown[] = Array.isArray(json) && json[0] !== 'vcard' ? json : [json];
		for (const [at, one] of cards.entries()) {
			const [line, said] = [at + 1, JSON.stringify(one)?.slice(0, 2_000) ?? ''];
			try {
				const item = fromCard(fromJCard(one));
				yield isEmpty(item) ? { line, reason: 'empty', text: said } : { line, item };
			} catch (error) {
				if (!(error instanceof BadCard)) throw error;
				yield { line, reason: 'unreadable', text: said };
			}
		}
	},
};

export const jcardExport: ExportFormat<Card> = {
	id: 'jcard',
	ending: '.json',
	type: 'application/vcard+json',
	async *write(cards) {
		let between = '[\n';
		for await (const card of cards) {
			yield between + JSON.stringify(toJCard(card));
			between = ',\n';
		}
		yield between === '[\n' ? '[]\n' : '\n]\n';
	},
};
