import type { Texts } from './sides.ts';

/** What is to be done about one object. */
export type Step =
	| { readonly what: 'agree' | 'forget' | 'trash-here' | 'remove-there' }
	| { readonly what: 'take' | 'put' | 'both'; readonly text: string };

/**
 * Decides about an object by what was common last and what each side says now. What one side removed and the other changed stays; what
 * both changed is merged by field.
 *
 * @param common what both said last; `base` as it stood there, `whole` as it stood here where that was more. `null`: nothing was ever common
 * @param here `null`: it is not here; as `there`
 */
export function decide(
	texts: Texts,
	{ base, whole }: { readonly base: string | null; readonly whole: string | null },
	here: string | null,
	there: string | null,
): Step {
	const changed = (text: string, was: string | null) => was === null || !texts.same(text, was);
	const [ours, theirs] = [here !== null && changed(here, whole ?? base), there !== null && changed(there, base)];
	if (here === null && there === null) return { what: 'forget' };
	if (here === null) return theirs ? { what: 'take', text: there! } : { what: 'remove-there' };
	if (there === null) return ours ? { what: 'put', text: here } : { what: 'trash-here' };
	if (texts.same(here, there) || (!ours && !theirs)) return { what: 'agree' };
	if (!ours) return { what: 'take', text: whole === null ? there : texts.merge(base, here, there) };
	if (!theirs) return { what: 'put', text: here };
	const merged = texts.merge(base, here, there);
	if (texts.same(merged, there)) return { what: 'take', text: there };
	return { what: texts.same(merged, here) ? 'put' : 'both', text: merged };
}
