import { m } from '@mana/ui/i18n';
import type { PhoneDoubt, WrittenPhone } from './phone-format.ts';

type Format = typeof import('./phone-format.ts');

/** The forms of numbers, which are fetched with the first number that is shown. Until then, and where they cannot be had, numbers stand as they were typed. */
class Phones {
	#format = $state.raw<Format | null>(null);
	#asked = false;

	/** @param region ISO 3166 code of where numbers without a country are dialled */
	written(typed: string, region: string): WrittenPhone | null {
		this.#fetch();
		return this.#format?.writtenPhone(typed, region) ?? null;
	}

	/** What speaks against it being a number, as a sentence; `null`: nothing. */
	doubtWords(typed: string, region: string): string | null {
		this.#fetch();
		const doubt = this.#format?.phoneDoubt(typed, region) ?? null;
		return doubt && words(doubt);
	}

	#fetch(): void {
		if (this.#asked) return;
		this.#asked = true;
		import('./phone-format.ts').then(
			(format) => (this.#format = format),
			(problem: unknown) => {
				this.#asked = false;
				console.info('The forms of telephone numbers cannot be fetched now:', problem);
			},
		);
	}
}

export const phones = new Phones();

function words(doubt: PhoneDoubt): string {
	return {
		short: m.contacts_phone_short,
		long: m.contacts_phone_long,
		country: m.contacts_phone_country,
		wrong: m.contacts_phone_wrong,
	}[doubt]();
}
