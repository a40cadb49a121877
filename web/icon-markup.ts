import type { PreprocessorGroup } from 'svelte/compiler';

/** What Lucide says in each of its components. */
interface IconData {
	readonly name: string;
	readonly size: number;
	readonly node: readonly (readonly [tag: string, attributes: Readonly<Record<string, string>>])[];
}

/**
 * Makes each of Lucide's icons a piece of fixed markup, which a browser copies at once. As they come, they put an icon together from data by
 * general means, attribute by attribute, every time one is drawn: in a list that took longer than everything else of its rows.
 *
 * They take `size` and `fill`; the thickness of lines is a token.
 */
export const fixedIcons: PreprocessorGroup = {
	name: 'fixed-icons',
	markup: ({ content, filename }) =>
		filename && /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/.test(filename)
			? { code: iconMarkup(content, filename) }
			: undefined,
};

/** A component of Lucide as a component that draws the same. Throws when it does not say its icon as all of them do. */
export function iconMarkup(component: string, filename: string): string {
	const said = /^const iconData = (\{.*\});$/m.exec(component)?.[1];
	if (!said) throw new Error(`${filename} does not say its icon as "const iconData = {…};": read how Lucide writes it now.`);
	const { name, size, node } = JSON.parse(said) as IconData;
	const shapes = node.map(([tag, attributes]) => `<${tag}${Object.entries(attributes).map(attribute).join('')} />`);
	return `<script>
	let { size = 24, fill = 'none' } = $props();
</script>

<svg class="lucide-icon lucide-${name}" width={size} height={size} viewBox="0 0 ${size} ${size}" {fill} stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shapes.join('')}</svg>
`;
}

function attribute([name, value]: readonly [string, string]): string {
	return ` ${name}="${value}"`;
}
