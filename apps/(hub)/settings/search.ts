import type { Setting, SettingsSection } from './sections.ts';

/** A setting that was found, and where it stands. */
export interface FoundSetting {
	readonly section: SettingsSection;
	readonly setting: Setting;
	readonly href: string;
}

/**
 * Finds settings by what they are called, or may be called, in any language of the interface. Every word must fit the beginning of one of
 * theirs; accents and capitals do not matter. Those whose title fits come first.
 */
export function findSettings(sections: readonly SettingsSection[], text: string): readonly FoundSetting[] {
	const wanted = wordsOf(text);
	if (wanted.length === 0) return [];
	const found = sections.flatMap((section) =>
		section.settings.flatMap((setting) => {
			const title = wordsOf(setting.title());
			const all = [...title, ...wordsOf(setting.words), ...wordsOf(section.title()), ...wordsOf(section.text())];
			if (!fits(wanted, all)) return [];
			const href = `/settings/${section.id}${setting.anchor ? `#${setting.anchor}` : ''}`;
			return [{ section, setting, href, best: fits(wanted, title) }];
		}),
	);
	return found.sort((a, b) => Number(b.best) - Number(a.best));
}

function fits(wanted: readonly string[], words: readonly string[]): boolean {
	return wanted.every((one) => words.some((word) => word.startsWith(one)));
}

/** Without accents, so that who types `grosse` or `uber` finds what is written with them. */
function wordsOf(text: string): string[] {
	const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase();
	return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
