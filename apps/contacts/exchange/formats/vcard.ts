import { BadCard, CardChunks, parseCard, toVersion, writeCard } from '@mana/dav/vcard/index';
import type { Card, CardChunk, CardVersion } from '@mana/dav/vcard/index';
import type { ExportFormat, Found, ImportFormat } from '@mana/ui/import/format';
import { type FoundContact, fromCard, isEmpty } from '../found-contact.ts';

/** vCard of any version, as many cards as the file has. */
export const vcard: ImportFormat<FoundContact> = {
	id: 'vcard',
	detect: ({ fileName, text }) =>
		/^\uFEFF?\s*BEGIN\s*:\s*VCARD/i.test(text)
			? 1
			: /^BEGIN\s*:\s*VCARD/im.test(text)
				? 0.8
				: fileName.endsWith('.vcf')
					? 0.5
					: 0,
	async *read(pieces) {
		const chunks = new CardChunks();
		for await (const piece of pieces) for (const chunk of chunks.push(piece)) yield* foundIn(chunk);
		for (const chunk of chunks.end()) yield* foundIn(chunk);
	},
};

function* foundIn({ bytes, line }: CardChunk): Generator<Found<FoundContact>> {
	const text = new TextDecoder().decode(bytes.subarray(0, 2_000));
	try {
		const item = fromCard(parseCard(bytes));
		yield isEmpty(item) ? { line, reason: 'empty', text } : { line, item };
	} catch (error) {
		if (!(error instanceof BadCard)) throw error;
		yield { line, reason: error.message.includes('end') ? 'cut-off' : 'unreadable', text };
	}
}

/** vCard as a file of one version. */
export function vcardExport(version: CardVersion): ExportFormat<Card> {
	return {
		id: `vcard-${version}`,
		ending: '.vcf',
		type: 'text/vcard',
		async *write(cards) {
			for await (const card of cards) yield writeCard(toVersion(card, version));
		},
	};
}
