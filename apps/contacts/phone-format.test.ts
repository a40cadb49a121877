import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { phoneKey } from './phone.ts';
import { phoneDoubt, writtenPhone } from './phone-format.ts';

const shown = (typed: string, region: string | null = 'DE') => writtenPhone(typed, region)?.shown ?? null;

test('a number is shown as in its country, and with the country where that is another one', () => {
	for (const [typed, region, form] of [
		['0170/1234567', 'DE', '0170 1234567'],
		['+491701234567', 'DE', '0170 1234567'],
		['+49 (0)30 901820', 'AT', '+49 30 901820'],
		['+351912345678', 'DE', '+351 912 345 678'],
		['6502530000', 'US', '(650) 253-0000'],
		['01144 20 79460958', 'US', '+44 20 7946 0958'],
		['07911123456', 'GB', '07911 123456'],
		['066982', 'IT', '06 6982'],
		['84951234567', 'RU', '8 (495) 123-45-67'],
		['+1 650 253 0000', null, '+1 650 253 0000'],
	] as const)
		expect([typed, shown(typed, region)]).toEqual([typed, form]);
});

test('it is told to others and dialled with its country, with its extension behind it', () => {
	expect(writtenPhone('089/123456-0', 'DE')).toMatchObject({ international: '+49 89 1234560', href: 'tel:+49891234560' });
	for (const typed of ['089 123456 Durchwahl 12', '089 123456 DW 12', '089 123456, 12', '089 123456 ext. 12', 'tel:+4989123456;ext=12'])
		expect(writtenPhone(typed, 'DE')).toEqual({ shown: '089 123456 x12', international: '+49 89 123456 x12', href: 'tel:+4989123456;ext=12' });
}); // prettier-ignore

test('what is short, without a country that is known, or no number at all, stays as it was typed', () => {
	for (const [typed, region] of [['112', 'DE'], ['11833', 'DE'], ['0170 1234567', null], ['0170 1234567', 'XX'], ['ask Ana', 'DE'], ['1-800-FLOWERS', 'US'], ['', 'DE']] as const)
		expect([typed, shown(typed, region)]).toEqual([typed, null]);
}); // prettier-ignore

test('what cannot be a number is doubted, and nothing else is', () => {
	for (const [typed, region, doubt] of [
		['0170 1234567', 'DE', null],
		['+49 1', 'DE', 'short'],
		['030 12345678901234567', 'DE', 'long'],
		['+999 123 4567', 'DE', 'country'],
		['555 1234', 'US', 'short'],
		['650 25', 'US', null],
		['650 2530', 'FR', 'short'],
		['112', 'DE', null],
		['1-800-FLOWERS', 'US', null],
		['089 123456 ext 12', 'DE', null],
		['0170 12', null, null],
	] as const)
		expect([typed, phoneDoubt(typed, region)]).toEqual([typed, doubt]);
});

test('what is dialled is the number by which two spellings are compared', () => {
	const regions = fc.constantFrom('DE', 'AT', 'CH', 'FR', 'GB', 'ES', 'IT', 'PL', 'PT', 'NL', 'SE', 'US');
	const digits = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 7, maxLength: 9 }).map((all) => all.join(''));
	fc.assert(
		fc.property(regions, digits, fc.constantFrom(' ', '-', '/'), (region, number, gap) => {
			const typed = `${number.slice(0, 3)}${gap}${number.slice(3)}`;
			const trunk = ['DE', 'AT', 'CH', 'FR', 'GB', 'NL', 'SE'].includes(region) ? '0' : '';
			const written = writtenPhone(trunk + typed, region);
			if (written) expect(written.href).toBe(`tel:${phoneKey(trunk + typed, region)}`);
			// Whatever spelling it is shown in is the same number again.
			if (written) expect(writtenPhone(written.shown, region)).toEqual(written);
			if (written) expect(writtenPhone(written.international, region)).toEqual(written);
		}),
	);
});
