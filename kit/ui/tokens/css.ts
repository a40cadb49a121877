import { colours, type Shade } from './colours.ts';
import { motion, radius, size, space, type } from './sizes.ts';

/**
 * The stylesheet of the tokens. Colours use `light-dark()`, so `color-scheme` alone turns a page or a part of it, and they are
 * declared again on `[data-hue]`, so an element may take another app's accent.
 */
export function tokensCss(): string {
	return `/* Generated from colours.ts and sizes.ts by generate.ts. Do not edit. */
:root {
	color-scheme: light dark;
	--hue: 265;
${fixed()}
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
:root, [data-hue] {
${colourLines(false)}
}
:root[data-contrast='more'], :root[data-contrast='more'] [data-hue] {
${colourLines(true)}
}
@media (prefers-reduced-motion: reduce) {
	:root { ${still()} }
}
:root[data-motion='reduced'] { ${still()} }
`;
}

/** Nothing moves: for who asked their device, or Mana, for that. */
function still(): string {
	return Object.keys(motion)
		.map((name) => `--${name}: 1ms;`)
		.join(' ');
}

function fixed(): string {
	const rem = (px: number) => `${px / 16}rem`;
	return lines([
		...Object.entries(type).flatMap(([step, [px, line]]) => [
			[`size-${step}`, rem(px)],
			[`line-${step}`, String(line)],
		]),
		...Object.entries(space).map(([step, px]) => [`space-${step}`, rem(px)]),
		...Object.entries(radius).map(([name, px]) => [`radius-${name}`, `${px}px`]),
		...Object.entries(size).map(([name, px]) => [name, rem(px)]),
		...Object.entries(motion).map(([name, ms]) => [name, `${ms}ms`]),
		['ease', 'cubic-bezier(0.2, 0, 0, 1)'],
		['hairline', '1px'],
		['stroke', '1.75'],
		['font', "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"],
		['font-mono', "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace"],
		['shadow', '0 1px 2px oklch(0 0 0 / 0.05), 0 8px 28px oklch(0 0 0 / 0.14)'],
		['veil', 'oklch(0 0 0 / 0.36)'],
		// Scanners want dark on light, in every theme.
		['code-ground', 'oklch(1 0 0)'],
		['code-ink', 'oklch(0 0 0)'],
		['shadow-low', '0 1px 2px oklch(0 0 0 / 0.06)'],
	]);
}

function colourLines(more: boolean): string {
	return lines(
		Object.entries(colours).flatMap(([name, colour]) => {
			const shades = more ? colour.more : colour;
			return shades ? [[name, `light-dark(${css(shades.light)}, ${css(shades.dark)})`]] : [];
		}),
	);
}

function css({ l, c, h }: Shade): string {
	return `oklch(${round(l)} ${round(c)} ${h ?? 'var(--hue)'})`;
}

function round(value: number): number {
	return Math.round(value * 10_000) / 10_000;
}

function lines(entries: readonly (readonly string[])[]): string {
	return entries.map(([name, value]) => `\t--${name}: ${value};`).join('\n');
}
