import type { Texts } from './sides.ts';

/** What is to be done about one object. */
export type Step =
	| { readonly what: 'agree' | 'forget' | 'trash-here' | 'remove-there' }
	| { readonly what: 'take' | 'put' | 'both'; readonly text: string };

/**
 * Decides about an object by what was common last and what each side says now. What one side removed and the other changed stays; what
 * both changed is merged by field.
 *
 * @param base `null`: nothing was ever common
 * @param here `null`: it is not here; as `there`
 */
export function decide(texts: Texts, base: string | null, here: string | null, there: string | null): Step {
	const changed = (text: string) => base === null || !texts.same(text, base);
	if (here === null && there === null) return { what: 'forget' };
	if (here === null) return changed(there!) ? { what: 'take', text: there! } : { what: 'remove-there' };
	if (there === null) return changed(here) ? { what: 'put', text: here } : { what: 'trash-here' };
	if (texts.same(here, there)) return { what: 'agree' };
	if (!changed(here)) return { what: 'take', text: there };
	if (!changed(there)) return { what: 'put', text: here };
	const merged = texts.merge(base, here, there);
	if (texts.same(merged, there)) return { what: 'take', text: there };
	return { what: texts.same(merged, here) ? 'put' : 'both', text: merged };
}
