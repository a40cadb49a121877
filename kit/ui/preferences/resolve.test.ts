import { expect, test } from 'bun:test';
import { speakTime } from '@mana/time';
import { type Chosen, parseChosen, pick, unchosen } from './chosen.ts';
import { isTimeZone, resolve } from './resolve.ts';

const device = { languages: ['fr-FR', 'en-GB', 'de-AT'], timeZone: 'Europe/Paris', suggested: '' };
const waysOf = (chosen: Partial<Chosen>, other: Partial<typeof device> = {}) =>
	resolve({ ...unchosen, ...chosen }, { ...device, ...other });

test('who chose nothing gets the best language that there is, their region’s ways, and the clock of the device', () => {
	expect(waysOf({})).toEqual({ locale: 'en', tag: 'en-GB', timeZone: 'Europe/Paris', weekStart: 0, units: 'metric' });
	expect(waysOf({}, { languages: ['en-US'] })).toMatchObject({ tag: 'en-US', weekStart: 6, units: 'imperial' });
});

test('a language is what was chosen, then what mana-auth knows, then the device’s, then English', () => {
	expect(waysOf({ language: 'de' }).tag).toBe('de-AT');
	expect(waysOf({}, { suggested: 'de-CH' }).locale).toBe('de');
	expect(waysOf({ language: 'xx' }, { languages: ['ja'] }).locale).toBe('en');
});

test('the clock that was chosen is in the tag, so that every formatter obeys', () => {
	const at = (chosen: Partial<Chosen>): string => speakTime('14:30', waysOf(chosen).tag).replace(/\s/, ' ');
	expect([at({}), at({ hours: '12' }), at({ region: 'US' }), at({ region: 'US', hours: '24' })]).toEqual([
		'14:30',
		'2:30 pm',
		'2:30 PM',
		'14:30',
	]);
	expect(speakTime('00:10', waysOf({ region: 'US', hours: '24' }).tag)).toMatch(/^0?0:10$/);
});

test('week and measures follow the region that was chosen, unless they were chosen themselves', () => {
	expect(waysOf({ region: 'US' })).toMatchObject({ tag: 'en-US', weekStart: 6, units: 'imperial' });
	expect(waysOf({ region: 'US', weekStart: 'saturday', units: 'metric' })).toMatchObject({ weekStart: 5, units: 'metric' });
});

test('a time zone that this device does not know is not used', () => {
	expect(waysOf({ timeZone: 'America/New_York' }).timeZone).toBe('America/New_York');
	expect(waysOf({ timeZone: 'Mars/Olympus_Mons' }).timeZone).toBe('Europe/Paris');
	expect([isTimeZone(''), isTimeZone('UTC'), isTimeZone('Nowhere')]).toEqual([false, true, false]);
});

test('what was kept is read as far as it makes sense', () => {
	expect(parseChosen('{"theme":"dark","hours":"13","underlinedLinks":"yes","region":"AT","strange":1}')).toEqual({
		theme: 'dark',
		region: 'AT',
	});
	expect(parseChosen('{"accent":140}')).toEqual({ accent: 140 });
	expect(parseChosen('{"accent":"green"}')).toEqual({});
	for (const nothing of [null, '', 'null', '[]', '7']) expect(parseChosen(nothing || '{}')).toEqual({});
	expect(pick(unchosen, ['theme'])).toEqual({ theme: 'system' });
});
