import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';

/** A block of a note: what stands on lines of its own. There is no block and no word that could hold markup of a page, a script or a handler. */
export type NoteBlock =
	| { readonly kind: 'paragraph'; readonly words: readonly NoteWord[] }
	| { readonly kind: 'heading'; readonly level: number; readonly words: readonly NoteWord[] }
	| { readonly kind: 'code'; readonly text: string }
	| { readonly kind: 'quote'; readonly blocks: readonly NoteBlock[] }
	| { readonly kind: 'list'; readonly first: number | null; readonly items: readonly NoteItem[] }
	| { readonly kind: 'rule' };

/** An entry of a list. */
export interface NoteItem {
	readonly blocks: readonly NoteBlock[];
	/** Its box; `at` is where the character between the brackets stands in the text, `null` where nobody could say. */
	readonly box: { readonly ticked: boolean; readonly at: number | null } | null;
}

export type NoteWord =
	| { readonly kind: 'text'; readonly text: string }
	| { readonly kind: 'code'; readonly text: string }
	| { readonly kind: 'strong'; readonly words: readonly NoteWord[] }
	| { readonly kind: 'emphasis'; readonly words: readonly NoteWord[] }
	| { readonly kind: 'struck'; readonly words: readonly NoteWord[] }
	| { readonly kind: 'link'; readonly href: string; readonly words: readonly NoteWord[] }
	| { readonly kind: 'break' };

/** Where a link may lead: pages, mails, numbers, and places in this Mana. */
const ALLOWED = /^(?:https?:\/\/|mailto:|tel:|\/(?![/\\]))/i;
/** Deeper than so nobody writes lists and quotes: what is deeper is shown as it is written. */
const DEEPEST = 20;
const BOX = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+\[([ xX])\](?=\s|$)/gm;

/**
 * What a text says as Markdown (CommonMark with boxes and struck words; no tables, no pictures, no HTML: those stay as they are written).
 *
 * @param text as it is kept; a single line break breaks the line, as people expect of notes
 */
export function readNote(text: string): NoteBlock[] {
	const source = text.replaceAll('\r\n', ' \n').replaceAll('\r', '\n');
	const blocks: NoteBlock[] = [];
	let at = 0;
	for (const token of lexer(source, { gfm: true, breaks: true })) {
		const whole = token as MarkedToken;
		const found = [...source.slice(at, at + token.raw.length).matchAll(BOX)].map(
			(match) => at + match.index + match[0].length - 2,
		);
		const boxes = source.startsWith(token.raw, at) && found.length === boxesIn(whole) ? found : [];
		blocks.push(...blocksOf([whole], boxes, 0));
		at += token.raw.length;
	}
	return blocks;
}

function boxesIn(token: Token): number {
	if (token.type === 'list')
		return (token as Tokens.List).items.reduce((sum, item) => sum + Number(item.task) + item.tokens.reduce((more, one) => more + boxesIn(one), 0), 0); // prettier-ignore
	return token.type === 'blockquote' ? (token as Tokens.Blockquote).tokens.reduce((sum, one) => sum + boxesIn(one), 0) : 0;
}

/** @param boxes where boxes stand, in the order of the text; taken from its beginning */
function blocksOf(tokens: readonly Token[], boxes: number[], depth: number): NoteBlock[] {
	return (tokens as readonly MarkedToken[]).flatMap((token): NoteBlock[] => {
		if (depth > DEEPEST) return [plain(token.raw)];
		switch (token.type) {
			case 'space':
			case 'def':
			case 'checkbox':
				return [];
			case 'heading':
				return [{ kind: 'heading', level: token.depth, words: wordsOf(token.tokens) }];
			case 'code':
				return [{ kind: 'code', text: token.text }];
			case 'blockquote':
				return [{ kind: 'quote', blocks: blocksOf(token.tokens, boxes, depth + 1) }];
			case 'list':
				return [
					{
						kind: 'list',
						first: token.ordered ? Number(token.start) : null,
						items: token.items.map((item): NoteItem => {
							const box = item.task ? { ticked: item.checked === true, at: boxes.shift() ?? null } : null;
							return { box, blocks: blocksOf(item.tokens, boxes, depth + 1) };
						}),
					},
				];
			case 'hr':
				return [{ kind: 'rule' }];
			case 'paragraph':
			case 'text':
				return [{ kind: 'paragraph', words: wordsOf(token.tokens ?? [token]) }];
			default:
				return [plain(token.raw)];
		}
	});
}

function wordsOf(tokens: readonly Token[], depth = 0): NoteWord[] {
	return (tokens as readonly MarkedToken[]).flatMap((token): NoteWord[] => {
		if (depth > DEEPEST) return [{ kind: 'text', text: token.raw }];
		switch (token.type) {
			case 'strong':
				return [{ kind: 'strong', words: wordsOf(token.tokens, depth + 1) }];
			case 'em':
				return [{ kind: 'emphasis', words: wordsOf(token.tokens, depth + 1) }];
			case 'del':
				return [{ kind: 'struck', words: wordsOf(token.tokens, depth + 1) }];
			case 'codespan':
				return [{ kind: 'code', text: token.text }];
			case 'br':
				return [{ kind: 'break' }];
			case 'link': {
				const words = wordsOf(token.tokens, depth + 1);
				return isAllowed(token.href) ? [{ kind: 'link', href: token.href, words }] : [{ kind: 'text', text: token.raw }];
			}
			// A picture from elsewhere would tell that somebody reads: it is a link.
			case 'image':
				return isAllowed(token.href)
					? [{ kind: 'link', href: token.href, words: [{ kind: 'text', text: token.text || token.href }] }]
					: [{ kind: 'text', text: token.raw }];
			case 'checkbox':
				return [];
			case 'escape':
			case 'text':
				return token.type === 'text' && token.tokens ? wordsOf(token.tokens, depth + 1) : [{ kind: 'text', text: token.text }];
			default:
				return [{ kind: 'text', text: token.raw }];
		}
	});
}

function plain(raw: string): NoteBlock {
	const lines = raw.trim().split('\n');
	return {
		kind: 'paragraph',
		words: lines.flatMap((text, line): NoteWord[] => [...(line > 0 ? [{ kind: 'break' } as const] : []), { kind: 'text', text }]),
	};
}

/** Whether a link may lead there: control characters that browsers pass over hide nothing. */
function isAllowed(href: string): boolean {
	// eslint-disable-next-line no-control-regex -- those are what is looked for
	return ALLOWED.test(href) && !/[\u0000-\u0020\u007f]/.test(href) && URL.canParse(href, 'https://mana.example');
}
