/** Digits and signs that stand for letters, as everybody who guesses knows. */
const stand = new Map(Object.entries({ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }));

let list: Promise<ReadonlySet<string>> | undefined;

/**
 * Whether a password is among the first that are guessed: one of the 49,000 most common in public leaks (`@zxcvbn-ts/language-common`, MIT,
 * from Burnett's ten million), or one of them in the usual disguise: capitals, digits for letters, digits and signs around it, twice in a row.
 *
 * @param password as it was typed
 */
export async function isCommonPassword(password: string): Promise<boolean> {
	const known = await (list ??= load());
	return disguised(password.normalize('NFC').toLowerCase().trim()).some((text) => known.has(text));
}

/** Read when the first password is set, since most of the time nobody sets one. */
async function load(): Promise<ReadonlySet<string>> {
	const { dictionary } = await import('@zxcvbn-ts/language-common');
	return new Set(dictionary['passwords-common']);
}

function disguised(text: string): string[] {
	const half = text.slice(0, text.length / 2);
	const whole = half + half === text ? [text, half] : [text];
	const spelled = whole.flatMap((one) => [one, [...one].map((sign) => stand.get(sign) ?? sign).join('')]);
	const bare = whole.map((one) => one.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, ''));
	const bareSpelled = bare.map((one) => [...one].map((sign) => stand.get(sign) ?? sign).join(''));
	return [...spelled, ...bare, ...bareSpelled];
}
