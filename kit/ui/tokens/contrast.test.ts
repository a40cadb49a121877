import { expect, test } from 'bun:test';
import { contrast, shadeIn, toRgb } from './contrast.ts';
import { tokensCss } from './css.ts';
import { hues } from './sizes.ts';
import { colours, pairs, themes } from './colours.ts';

for (const theme of themes)
	test(`every pair of colours in use can be read in ${theme}, for every app`, () => {
		const unreadable: string[] = [];
		for (const [app, hue] of Object.entries(hues))
			for (const { over, under, atLeast } of pairs) {
				const ratio = contrast(toRgb(shadeIn(colours[over], theme), hue), toRgb(shadeIn(colours[under], theme), hue));
				if (ratio < atLeast) unreadable.push(`${over} on ${under} in ${app}: ${ratio.toFixed(2)} < ${atLeast}`);
			}
		expect(unreadable).toEqual([]);
	});

for (const theme of themes)
	test(`every pair can be read in ${theme} in whatever colour people choose for themselves or a space`, () => {
		const unreadable: string[] = [];
		for (let hue = 0; hue < 360; hue++)
			for (const { over, under, atLeast } of pairs) {
				const ratio = contrast(toRgb(shadeIn(colours[over], theme), hue), toRgb(shadeIn(colours[under], theme), hue));
				if (ratio < atLeast) unreadable.push(`${over} on ${under} at ${hue}: ${ratio.toFixed(2)} < ${atLeast}`);
			}
		expect(unreadable).toEqual([]);
	});

test('contrast of black on white is 21, of a colour on itself 1', () => {
	expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 5);
	expect(contrast([0.2, 0.4, 0.6], [0.2, 0.4, 0.6])).toBe(1);
});

test('OKLCH becomes the sRGB that the CSS Color 4 samples give', () => {
	const red = toRgb({ l: 0.62796, c: 0.25768, h: 29.234 }, 0);
	expect(red[0]).toBeCloseTo(1, 2);
	expect(red[1]).toBeCloseTo(0, 1);
	expect(red[2]).toBeCloseTo(0, 1);
});

test('tokens.css is what the tokens say', async () => {
	expect(await Bun.file(new URL('tokens.css', import.meta.url)).text()).toBe(tokensCss());
});
