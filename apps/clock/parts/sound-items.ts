import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import { type SoundName, soundNames } from '../model.ts';
import { soundName } from '../words.ts';
import { tryOut } from './sounds.ts';

/** The sounds as a menu in a menu: what is chosen is heard once. */
export function soundItems(chosen: SoundName, onchoose: (sound: SoundName) => void): MenuItem {
	return {
		name: m.clock_sound(),
		items: soundNames.map((value) => ({
			name: soundName(value),
			checked: value === chosen,
			run: () => {
				onchoose(value);
				void tryOut(value);
			},
		})),
	};
}
