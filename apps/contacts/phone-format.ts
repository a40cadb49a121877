import {
	getCountryCallingCode,
	isSupportedCountry,
	parsePhoneNumberFromString,
	validatePhoneNumberLength,
} from 'libphonenumber-js/min';

/** A number as it is written, dialled and told to others. */
export interface WrittenPhone {
	/** In the form of its country: as one writes it there, and with the country where that is another one. */
	readonly shown: string;
	/** With the country, as one tells it to anybody. */
	readonly international: string;
	/** RFC 3966, as in E.164; an extension behind it. */
	readonly href: string;
}

/** Why what was typed cannot be a number. */
export type PhoneDoubt = 'short' | 'long' | 'country' | 'wrong';

/** Numbers of offices and helplines have no other form than the one that they have. */
const SHORT_DIGITS = 6;

/**
 * A number in the form of its country, by the plans that libphonenumber knows; `null` where it is left as it was typed: a short one, and what is no number.
 * It is large, so whoever shows numbers fetches it when there are some.
 *
 * @param region ISO 3166 code of where numbers without a country are dialled; `null`: not known
 */
export function writtenPhone(typed: string, region: string | null): WrittenPhone | null {
	if (isShort(typed)) return null;
	const country = regionKnown(region);
	const number = parsePhoneNumberFromString(plain(typed), { ...(country && { defaultCountry: country }), extract: false });
	if (!number?.isValid()) return null;
	const formatExtension = (form: string, extension: string): string => `${form} x${extension}`;
	const international = number.formatInternational({ formatExtension });
	const isHere = country !== undefined && number.countryCallingCode === getCountryCallingCode(country);
	return { shown: isHere ? number.formatNational({ formatExtension }) : international, international, href: number.getURI() };
}

/** What speaks against what was typed being a number; `null`: nothing, or nothing that is known. Nobody is kept from writing it. */
export function phoneDoubt(typed: string, region: string | null): PhoneDoubt | null {
	const text = plain(typed);
	const country = regionKnown(region);
	// Without a country nobody can say, and names of numbers (“1-800-…”) are read by whoever wrote them.
	if (isShort(typed) || /\p{L}/u.test(text.replace(/(?:;ext=|ext)\s*\d+$/, '')) || (!country && !text.startsWith('+')))
		return null;
	const problem = validatePhoneNumberLength(text, country);
	switch (problem) {
		case undefined:
			return null;
		case 'TOO_SHORT':
			return 'short';
		case 'TOO_LONG':
			return 'long';
		case 'INVALID_COUNTRY':
			return 'country';
		default:
			return 'wrong';
	}
}

/** Extensions as people here write them, in the one way that the library reads. */
function plain(typed: string): string {
	return typed
		.trim()
		.replace(/^tel:/i, '')
		.replace(/(?:,|\b(?:durchwahl|app|dw)\.?)\s*(\d{1,6})$/i, ' ext $1');
}

function isShort(typed: string): boolean {
	return !typed.includes('+') && typed.replaceAll(/\D/g, '').length < SHORT_DIGITS;
}

function regionKnown(region: string | null) {
	const code = region?.toUpperCase();
	return code !== undefined && isSupportedCountry(code) ? code : undefined;
}
